SELECT $process
FROM processes
WHERE seen_at_ns > {since_ns}
ORDER BY seen_at_ns DESC
