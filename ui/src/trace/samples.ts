/** Traces for the gallery and for tests, with fixed ids and times. */
import type { SpanDetail, SpanView, TurnView } from "./types";

export const SAMPLE_TRACE = "c96fa75802b087f806faadb10a248cff";
/** 20 November 2026, 08:13 UTC, in microseconds. */
export const SAMPLE_START_US = 1_795_162_396_000_000;

type Sample = Partial<SpanView> & { id: string; startMs?: number; endMs?: number | null };

/** A span with defaults for everything that does not matter. Ended after 100 ms unless told. */
export function sampleSpan({ id, startMs = 0, endMs = startMs + 100, ...rest }: Sample): SpanView {
  const isOpen = endMs === null;
  return {
    trace_id: SAMPLE_TRACE,
    span_id: id,
    parent_id: null,
    name: id,
    kind: "other",
    status: isOpen ? "running" : "ok",
    start_us: SAMPLE_START_US + startMs * 1000,
    end_us: isOpen ? null : SAMPLE_START_US + endMs * 1000,
    status_message: "",
    model: "",
    input_tokens: 0,
    output_tokens: 0,
    cached_tokens: 0,
    cost_usd: 0,
    ttft_ms: 0,
    document_count: null,
    input_preview: "",
    output_preview: "",
    icon: null,
    default_open: false,
    message: null,
    ...rest,
  };
}

/** The trace of the design's pictures, as it stands after 1,240 ms or at its end. */
export function revenueTrace(finished: boolean): SpanView[] {
  const end = (ms: number) => (finished ? ms : null);
  return [
    sampleSpan({ id: "turn", name: "chat.turn", kind: "turn", endMs: end(1900) }),
    sampleSpan({
      id: "agent",
      parent_id: "turn",
      name: "agent.plan",
      kind: "agent",
      startMs: 20,
      endMs: end(1880),
    }),
    sampleSpan({
      id: "retrieve",
      parent_id: "agent",
      name: "retrieve_docs",
      kind: "retrieval",
      startMs: 60,
      endMs: 472,
      document_count: 4,
    }),
    sampleSpan({
      id: "embed",
      parent_id: "retrieve",
      name: "embed",
      kind: "embedding",
      startMs: 80,
      endMs: 283,
      input_tokens: 12,
    }),
    sampleSpan({
      id: "search",
      parent_id: "agent",
      name: "search_web",
      kind: "tool",
      status: "error",
      status_message: "HTTP 429",
      startMs: 340,
      endMs: 741,
    }),
    sampleSpan({
      id: "retry",
      parent_id: "agent",
      name: "search_web retry",
      kind: "tool",
      startMs: 600,
      endMs: 922,
      document_count: 3,
    }),
    sampleSpan({
      id: "guard",
      parent_id: "agent",
      name: "guardrail.check",
      kind: "guardrail",
      startMs: 800,
      endMs: 848,
      output_preview: "pass",
    }),
    sampleSpan({
      id: "llm",
      parent_id: "agent",
      name: "gpt-5-mini",
      kind: "llm",
      model: "gpt-5-mini",
      startMs: 860,
      endMs: end(1870),
      input_tokens: 812,
      output_tokens: 96,
      cost_usd: 0.0004,
      ttft_ms: 110,
    }),
  ];
}

export function sampleTurn(change: Partial<TurnView> = {}): TurnView {
  return {
    trace_id: SAMPLE_TRACE,
    span_id: "turn",
    name: "on_message",
    status: "ok",
    start_us: SAMPLE_START_US,
    end_us: SAMPLE_START_US + 1_900_000,
    span_count: 8,
    error_count: 1,
    input_tokens: 824,
    output_tokens: 96,
    cost_usd: 0.0004,
    ...change,
  };
}

/** A detail that leaves nothing out. */
export type FullDetail = SpanDetail & SpanView;

/** `span` as the server would describe it in full. */
export function sampleDetail(span: SpanView, change: Partial<FullDetail> = {}): FullDetail {
  return {
    ...span,
    input: "",
    output: "",
    input_mime: "text/plain",
    output_mime: "text/plain",
    input_size: null,
    output_size: null,
    attributes_size: null,
    show_input: "json",
    provider: "",
    reasoning_tokens: 0,
    thread_id: "",
    user_id: "",
    otel_kind: "INTERNAL",
    scope_name: "spanlit",
    scope_version: "0.1.0",
    attributes: {},
    resource: {},
    events: [],
    links: [],
    ...change,
  };
}
