project, ask_id AS id, thread_id, trace_id, span_id, type, spec, status, answer,
created_at_ns, updated_at_ns, expires_at_ns
