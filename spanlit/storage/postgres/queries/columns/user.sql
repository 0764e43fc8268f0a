project, user_id AS id, identifier, display_name, metadata, created_at_ns, updated_at_ns
