project, trace_id, span_id, user_id, name, thread_id, source, type, value, label, comment, reasons,
metadata, created_at_ns, updated_at_ns
