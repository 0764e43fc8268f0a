-- The kind of a turn or a message is known from its start, so its rows agree on it.
SELECT *
FROM
(
    SELECT $span
    FROM spans
    WHERE project = {project:String}
        AND thread_id = {thread_id:String}
        AND kind IN {kinds:Array(String)}
        AND start_time < fromUnixTimestamp64Nano({before_ns:Int64}, 'UTC')
    ORDER BY version DESC
    LIMIT 1 BY trace_id, span_id
)
WHERE NOT removed
ORDER BY start_time_ns DESC, span_id DESC
LIMIT {limit:UInt32}
