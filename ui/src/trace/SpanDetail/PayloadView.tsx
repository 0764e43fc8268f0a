import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { FoldedText } from "./FoldedText";
import { JsonTree } from "./JsonTree";
import { parsePayload } from "./payload";

interface PayloadViewProps {
  body: string;
  mime?: string;
  lines?: number;
}

/** A body of a span: a tree if it is JSON, its text if not. */
export function PayloadView({ body, mime, lines = 12 }: PayloadViewProps) {
  const { t } = useTranslation("trace");
  const payload = useMemo(() => parsePayload(body, mime), [body, mime]);
  if (body === "") return <p className="text-table text-fg3">{t("detail.nothing")}</p>;
  if (payload.type === "json" && typeof payload.value === "object")
    return <JsonTree value={payload.value} />;
  return <FoldedText text={body} lines={lines} />;
}

/** A value of an attribute: structure, number or text. */
export function ValueView({ value, lines = 12 }: { value: unknown; lines?: number }) {
  if (typeof value === "string") return <PayloadView body={value} lines={lines} />;
  return <JsonTree value={value} />;
}
