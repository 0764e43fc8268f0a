project, element_id AS id, thread_id, trace_id, span_id, type, name, mime, url, object_key, size,
props, created_at_ns, updated_at_ns
