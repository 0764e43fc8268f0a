process_id AS id, host, pid, stopped,
toUnixTimestamp64Nano(started_at) AS started_at_ns,
toUnixTimestamp64Nano(seen_at) AS seen_at_ns
