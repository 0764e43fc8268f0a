/** What can be shown of a span before its detail has been loaded. */
import type { SpanDetail, SpanView } from "../types";

export function provisionalDetail(view: SpanView): SpanDetail {
  return {
    ...view,
    input: view.input_preview,
    output: view.output_preview,
    input_mime: "text/plain",
    output_mime: "text/plain",
    input_size: null,
    output_size: null,
    attributes_size: null,
    show_input: true,
    provider: "",
    reasoning_tokens: 0,
    thread_id: "",
    user_id: "",
    otel_kind: "INTERNAL",
    scope_name: "",
    scope_version: "",
    attributes: {},
    resource: {},
    events: [],
    links: [],
  };
}
