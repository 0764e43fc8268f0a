project, thread_id, user_id, state,
toUnixTimestamp64Nano(created_at) AS created_at_ns, toUnixTimestamp64Nano(updated_at) AS updated_at_ns
