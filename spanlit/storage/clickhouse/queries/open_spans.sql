-- Rows of open spans are few: merges remove them once the span has ended. Starting from them
-- avoids a FINAL over everything since then.
SELECT *
FROM
(
    SELECT $span
    FROM spans
    WHERE project = {project:String}
        AND start_time > fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
        AND (trace_id, span_id) IN
        (
            SELECT trace_id, span_id
            FROM spans
            WHERE project = {project:String}
                AND start_time > fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
                AND NOT ended
        )
    ORDER BY version DESC
    LIMIT 1 BY trace_id, span_id
)
WHERE NOT ended AND NOT removed
ORDER BY start_time_ns, span_id
