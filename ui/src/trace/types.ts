/** The wire types that the trace component reads, under short names. */
import type { components } from "../api/schema";

type Schemas = components["schemas"];

export type SpanView = Schemas["SpanView"];
export type TurnView = Schemas["TurnView"];
export type LiveEvent = Schemas["LiveEvent"];
export type SpanDelta = Schemas["SpanDelta"];
export type Kind = SpanView["kind"];
export type Status = SpanView["status"];
export type BodyField = SpanDelta["field"];

export interface SpanEventView {
  name: string;
  time_us: number;
  attributes: Record<string, unknown>;
}

export interface SpanLinkView {
  trace_id: string;
  span_id: string;
  attributes: Record<string, unknown>;
}

/** One span with everything that is known of it. */
export interface SpanDetail extends SpanView {
  input: string;
  output: string;
  input_mime: string;
  output_mime: string;
  show_input: string | boolean;
  provider: string;
  reasoning_tokens: number;
  thread_id: string;
  user_id: string;
  otel_kind: string;
  scope_name: string;
  scope_version: string;
  attributes: Record<string, unknown>;
  resource: Record<string, unknown>;
  events: SpanEventView[];
  links: SpanLinkView[];
}
