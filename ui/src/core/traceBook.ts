import { TraceStore } from "@/trace/store";
import { getOrCreate } from "./getOrCreate";
import type { LiveEvent, Snapshot, SpanView } from "./protocol";

/** How much of a trace is here: all of it and still growing, all of it, or nothing dependable. */
export type TraceCoverage = "live" | "complete" | "none";

/** The traces of one thread, and which of them are whole. */
export class TraceBook {
  readonly #stores = new Map<string, TraceStore>();
  readonly #coverage = new Map<string, TraceCoverage>();

  store(traceId: string): TraceStore {
    return getOrCreate(this.#stores, traceId, () => new TraceStore());
  }

  coverage(traceId: string): TraceCoverage {
    return this.#coverage.get(traceId) ?? "none";
  }

  /** Take over all spans of a finished turn, fetched from the server. */
  fill(traceId: string, spans: SpanView[]): void {
    this.store(traceId).applySpans(spans);
    if (this.coverage(traceId) === "none") this.#coverage.set(traceId, "complete");
  }

  /** A snapshot brings the running traces; one that ended unseen has to be fetched. */
  restore({ turns, spans, partial }: Snapshot): void {
    const running = new Set(
      turns.filter((turn) => turn.status === "running").map((turn) => turn.trace_id),
    );
    for (const [traceId, coverage] of this.#coverage) {
      if (coverage === "live" && !running.has(traceId)) this.#coverage.delete(traceId);
    }
    for (const traceId of running) {
      this.store(traceId).applySpans(spans.filter((span) => span.trace_id === traceId));
      this.#coverage.set(traceId, "live");
    }
    for (const { trace_id, span_id } of spans) {
      const text = partial[span_id];
      if (text) this.store(trace_id).applyText(span_id, "output", text);
    }
  }

  apply(event: LiveEvent): void {
    switch (event.type) {
      case "turn-start":
        this.#cover(event.turn.trace_id, "none", "live");
        break;
      case "turn-end":
        this.#cover(event.turn.trace_id, "live", "complete");
        break;
      case "span-start":
      case "span-set":
      case "span-end":
        this.store(event.span.trace_id).applyEvent(event);
        break;
      case "span-delta":
      case "span-remove":
        this.store(event.trace_id).applyEvent(event);
        break;
      default:
        break;
    }
  }

  #cover(traceId: string, from: TraceCoverage, to: TraceCoverage): void {
    if (this.coverage(traceId) === from) this.#coverage.set(traceId, to);
  }
}
