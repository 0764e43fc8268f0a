project, thread_id AS id, user_id, name, tags, metadata, created_at_ns, updated_at_ns
