/** Facts of a span in a few words, for the head of its detail. */
import { formatCount, formatDuration, formatElapsed } from "../format";
import type { SpanDetail } from "../types";
import type { TraceT } from "../words";

/** Tokens per second from the first token to the end; null if that is not known. */
export function tokensPerSecond(detail: SpanDetail, nowUs: number): number | null {
  const writingUs = (detail.end_us ?? nowUs) - detail.start_us - detail.ttft_ms * 1000;
  if (detail.output_tokens === 0 || writingUs <= 0) return null;
  return detail.output_tokens / (writingUs / 1_000_000);
}

/** "812 in, 96 out, 42 tok/s, TTFT 110 ms" */
export function usageFacts(detail: SpanDetail, nowUs: number, t: TraceT, locale: string): string[] {
  const facts: string[] = [];
  if (detail.input_tokens > 0)
    facts.push(t("detail.usage.in", { text: formatCount(detail.input_tokens, locale) }));
  if (detail.output_tokens > 0)
    facts.push(t("detail.usage.out", { text: formatCount(detail.output_tokens, locale) }));
  const speed = detail.kind === "llm" ? tokensPerSecond(detail, nowUs) : null;
  if (speed !== null)
    facts.push(t("detail.usage.tokensPerSecond", { value: formatCount(speed, locale) }));
  if (detail.ttft_ms > 0)
    facts.push(t("detail.usage.ttft", { time: formatDuration(detail.ttft_ms * 1000, locale) }));
  return facts;
}

/** "running 0.38 s", "error 401 ms"; just the time if all went well. */
export function statusFact(detail: SpanDetail, nowUs: number, t: TraceT, locale: string): string {
  if (detail.end_us == null) {
    const time = formatElapsed(nowUs - detail.start_us, locale);
    return detail.status === "running"
      ? t("detail.running", { time })
      : t(`status.${detail.status}`);
  }
  const time = formatDuration(detail.end_us - detail.start_us, locale);
  return `${t(`status.${detail.status}`)} ${time}`;
}

/** What was asked of the model, without `gen_ai.request.`: `temperature` → 0.2 */
export function requestParameters(detail: SpanDetail): [string, unknown][] {
  const prefix = "gen_ai.request.";
  return Object.entries(detail.attributes)
    .filter(([key]) => key.startsWith(prefix) && key !== `${prefix}model`)
    .map(([key, value]) => [key.slice(prefix.length), value]);
}
