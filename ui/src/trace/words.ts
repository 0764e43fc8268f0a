/** What is said about a span in words: the note beside its name and the label for screen readers. */
import type { TFunction } from "i18next";
import { formatCost, formatCount, formatDuration } from "./format";
import type { SpanView } from "./types";

export type TraceT = TFunction<"trace">;

export function firstLine(text: string): string {
  const end = text.search(/[\r\n]/);
  return (end < 0 ? text : text.slice(0, end)).trim();
}

const LONGEST = 200;

/** The name as rows show it: whatever an instrumentation has put there, on one short line. */
export function nameOf(view: Pick<SpanView, "name" | "span_id">): string {
  return shorten(firstLine(view.name)) || view.span_id;
}

function shorten(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** The one fact of the kind: tokens and cost, documents, verdict, or why it failed. */
export function noteOf(view: SpanView, t: TraceT, locale: string): string {
  if (view.status === "error") return shorten(firstLine(view.status_message)) || t("status.error");
  if (view.status === "cancelled" || view.status === "abandoned") return t(`status.${view.status}`);
  if (view.document_count !== null) return t("note.documents", { count: view.document_count });
  if (view.kind === "guardrail") return shorten(firstLine(view.output_preview));
  if (view.kind === "message" && view.message) return t(`role.${view.message.role}`);
  return usageNote(view, locale, t);
}

function usageNote(view: SpanView, locale: string, t: TraceT): string {
  const tokens = view.input_tokens + view.output_tokens;
  const parts: string[] = [];
  if (tokens > 0)
    parts.push(t("note.tokens", { count: tokens, text: formatCount(tokens, locale) }));
  if (view.cost_usd > 0) parts.push(formatCost(view.cost_usd, locale));
  return parts.join(" · ");
}

/** "search_web, tool, error HTTP 429, starts 340 ms, lasts 401 ms, level 3" */
export function rowLabel(
  view: SpanView,
  level: number,
  originUs: number,
  t: TraceT,
  locale: string,
): string {
  const parts = [nameOf(view), t(`kind.${view.kind}`)];
  if (view.status !== "ok") parts.push(statusWords(view, t));
  const note = view.status === "ok" ? noteOf(view, t, locale) : "";
  if (note) parts.push(note);
  parts.push(t("row.starts", { time: formatDuration(view.start_us - originUs, locale) }));
  if (view.end_us !== null)
    parts.push(t("row.lasts", { time: formatDuration(view.end_us - view.start_us, locale) }));
  parts.push(t("row.level", { level }));
  return parts.join(", ");
}

function statusWords(view: SpanView, t: TraceT): string {
  const status = t(`status.${view.status}`);
  const why = view.status === "error" ? shorten(firstLine(view.status_message)) : "";
  return why ? `${status} ${why}` : status;
}
