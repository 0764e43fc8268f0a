project, user_id AS id, identifier, display_name, metadata,
toUnixTimestamp64Nano(created_at) AS created_at_ns, toUnixTimestamp64Nano(updated_at) AS updated_at_ns
