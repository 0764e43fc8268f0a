project, action_id AS id, thread_id, trace_id, span_id, name, label, tooltip, icon, payload,
created_at_ns, updated_at_ns
