project, ask_id AS id, thread_id, trace_id, span_id, type, spec, status, answer,
toUnixTimestamp64Nano(expires_at) AS expires_at_ns,
toUnixTimestamp64Nano(created_at) AS created_at_ns, toUnixTimestamp64Nano(updated_at) AS updated_at_ns
