project, trace_id, span_id, user_id, name, thread_id, source, type, value, label, comment, reasons, metadata,
toUnixTimestamp64Nano(created_at) AS created_at_ns, toUnixTimestamp64Nano(updated_at) AS updated_at_ns
