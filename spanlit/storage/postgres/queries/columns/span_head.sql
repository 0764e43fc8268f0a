project, trace_id, span_id, parent_span_id, trace_state, name, kind, otel_kind,
start_time_ns, duration_ns, ended, removed, version,
status, status_message, thread_id, user_id, process_id, provider, model,
input_tokens, output_tokens, cached_tokens, reasoning_tokens, document_count, cost_usd, ttft_ms,
scope_name, scope_version
