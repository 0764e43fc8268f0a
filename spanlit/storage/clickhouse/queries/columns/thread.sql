project, thread_id AS id, user_id, name, tags, metadata,
toUnixTimestamp64Nano(created_at) AS created_at_ns, toUnixTimestamp64Nano(updated_at) AS updated_at_ns
