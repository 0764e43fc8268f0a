import { useTranslation } from "react-i18next";
import { formatSize } from "../format";
import type { SpanDetail } from "../types";

/** Says what is shown in part only, and leads to the whole of it. */
export function CutNotices({ detail }: { detail: SpanDetail }) {
  const { t, i18n } = useTranslation("trace");
  const size = (bytes: number) => formatSize(bytes, i18n.language);
  const cut = (body: "input" | "output", whole: number) =>
    t("detail.cut", {
      name: t(`detail.${body}`),
      shown: size(new Blob([detail[body]]).size),
      size: size(whole),
    });
  const { input_size, output_size, attributes_size } = detail;
  return (
    <>
      {!!input_size && (
        <CutNotice detail={detail} body="input" name={t("detail.input")}>
          {cut("input", input_size)}
        </CutNotice>
      )}
      {!!output_size && (
        <CutNotice detail={detail} body="output" name={t("detail.output")}>
          {cut("output", output_size)}
        </CutNotice>
      )}
      {!!attributes_size && (
        <CutNotice detail={detail} body="attributes" name={t("detail.tabs.attributes")}>
          {t("detail.cutAttributes", { size: size(attributes_size) })}
        </CutNotice>
      )}
    </>
  );
}

interface CutNoticeProps {
  detail: SpanDetail;
  body: "input" | "output" | "attributes";
  name: string;
  children: string;
}

function CutNotice({ detail, body, name, children }: CutNoticeProps) {
  const { t } = useTranslation("trace");
  // Relative to `<base href>`.
  const url = `api/traces/${detail.trace_id}/spans/${detail.span_id}/${body}`;
  const look =
    "inline-flex min-h-6 items-center underline underline-offset-2 hover:text-fg coarse:min-h-11";
  return (
    <p className="rounded-control bg-bg2 px-2.5 py-1.5 text-table text-fg2">
      {children}{" "}
      <a
        href={url}
        target="_blank"
        rel="noreferrer"
        className={look}
        aria-label={t("detail.openWholeFor", { name })}
      >
        {t("detail.openWhole")}
      </a>{" "}
      <a href={url} download className={look} aria-label={t("detail.downloadFor", { name })}>
        {t("detail.download")}
      </a>
    </p>
  );
}
