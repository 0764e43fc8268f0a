project, thread_id, user_id, state, created_at_ns, updated_at_ns
