SELECT
    process_id AS id, host, pid, stopped,
    toUnixTimestamp64Nano(started_at) AS started_at_ns,
    toUnixTimestamp64Nano(seen_at) AS seen_at_ns
FROM processes
WHERE seen_at > fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
ORDER BY seen_at DESC
LIMIT 1 BY process_id
