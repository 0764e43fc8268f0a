import { useTranslation } from "react-i18next";
import { formatSize } from "../format";
import type { SpanDetail } from "../types";

/** Says which bodies are shown in part only, and leads to the whole of them. */
export function CutNotices({ detail }: { detail: SpanDetail }) {
  return (
    <>
      <CutNotice detail={detail} body="input" />
      <CutNotice detail={detail} body="output" />
    </>
  );
}

function CutNotice({ detail, body }: { detail: SpanDetail; body: "input" | "output" }) {
  const { t, i18n } = useTranslation("trace");
  const size = body === "input" ? detail.input_size : detail.output_size;
  if (!size) return null;
  const name = t(`detail.${body}`);
  const shown = new Blob([detail[body]]).size;
  // Relative to `<base href>`.
  const url = `api/traces/${detail.trace_id}/spans/${detail.span_id}/${body}`;
  return (
    <p className="rounded-control bg-bg2 px-2.5 py-1.5 text-table text-fg2">
      {t("detail.cut", {
        name,
        shown: formatSize(shown, i18n.language),
        size: formatSize(size, i18n.language),
      })}{" "}
      <a
        href={url}
        target="_blank"
        rel="noreferrer"
        className="inline-flex min-h-6 items-center underline underline-offset-2 hover:text-fg coarse:min-h-11"
        aria-label={t("detail.openWholeFor", { name })}
      >
        {t("detail.openWhole")}
      </a>{" "}
      <a
        href={url}
        download
        className="inline-flex min-h-6 items-center underline underline-offset-2 hover:text-fg coarse:min-h-11"
        aria-label={t("detail.downloadFor", { name })}
      >
        {t("detail.download")}
      </a>
    </p>
  );
}
