process_id AS id, host, pid, started_at_ns, seen_at_ns, stopped
