project, element_id AS id, thread_id, trace_id, span_id, type, name, mime, url, object_key,
size, props,
toUnixTimestamp64Nano(created_at) AS created_at_ns, toUnixTimestamp64Nano(updated_at) AS updated_at_ns
