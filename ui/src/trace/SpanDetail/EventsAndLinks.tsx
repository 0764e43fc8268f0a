import { useTranslation } from "react-i18next";
import { formatDuration } from "../format";
import type { SpanDetail } from "../types";
import { AttributesTable } from "./AttributesTable";

const MOST = 200;

/** What happened during the span, by time since its start. */
export function Events({ detail }: { detail: SpanDetail }) {
  const { t, i18n } = useTranslation("trace");
  if (detail.events.length === 0)
    return <p className="text-table text-fg3">{t("detail.noEvents")}</p>;
  return (
    <ol className="flex flex-col gap-3">
      {detail.events.slice(0, MOST).map((event, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: events have no ids
        <li key={i}>
          <h4 className="flex gap-2 text-table">
            <span className="font-medium">{event.name}</span>
            <span className="text-fg3 tabular-nums">
              +{formatDuration(Math.max(0, event.time_us - detail.start_us), i18n.language)}
            </span>
          </h4>
          {Object.keys(event.attributes).length > 0 && (
            <AttributesTable attributes={event.attributes} />
          )}
        </li>
      ))}
      <More count={detail.events.length - MOST} />
    </ol>
  );
}

/** Spans that this one refers to. */
export function Links({ detail }: { detail: SpanDetail }) {
  const { t } = useTranslation("trace");
  if (detail.links.length === 0)
    return <p className="text-table text-fg3">{t("detail.noLinks")}</p>;
  return (
    <ul className="flex flex-col gap-3">
      {detail.links.slice(0, MOST).map((link) => (
        <li key={`${link.trace_id}${link.span_id}`}>
          <code className="font-mono text-meta break-all">
            {link.trace_id} {link.span_id}
          </code>
          {Object.keys(link.attributes).length > 0 && (
            <AttributesTable attributes={link.attributes} />
          )}
        </li>
      ))}
      <More count={detail.links.length - MOST} />
    </ul>
  );
}

function More({ count }: { count: number }) {
  const { t } = useTranslation("trace");
  if (count <= 0) return null;
  return <li className="text-meta text-fg3">{t("detail.moreItems", { count })}</li>;
}
