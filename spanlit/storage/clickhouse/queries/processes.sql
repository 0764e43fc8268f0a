SELECT $process
FROM processes
WHERE seen_at > fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
ORDER BY seen_at DESC
LIMIT 1 BY process_id
