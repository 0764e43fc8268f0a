-- In ClickHouse 26.3 and older toMonday of the first days of 1970 is in 2149, and a bound there finds
-- no partition: hence `greatest`.
-- Rows of open spans are few: merges remove them once the span has ended. Starting from them
-- avoids a FINAL over everything since then.
SELECT *
FROM
(
    SELECT $span
    FROM spans
    WHERE project = {project:String}
        AND start_time >= fromUnixTimestamp64Nano(greatest({since_ns:Int64} + 1, 345600000000000), 'UTC')
        AND (trace_id, span_id) IN
        (
            SELECT trace_id, span_id
            FROM spans
            WHERE project = {project:String}
                AND start_time >= fromUnixTimestamp64Nano(greatest({since_ns:Int64} + 1, 345600000000000), 'UTC')
                AND NOT ended
        )
    ORDER BY version DESC
    LIMIT 1 BY trace_id, span_id
)
WHERE NOT ended AND NOT removed
ORDER BY start_time_ns, span_id
