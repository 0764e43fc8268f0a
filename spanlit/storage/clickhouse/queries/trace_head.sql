SELECT *
FROM
(
    SELECT $span_head
    FROM spans
    WHERE project = {project:String} AND trace_id = {trace_id:String}
    ORDER BY version DESC
    LIMIT 1 BY span_id
)
WHERE NOT removed
ORDER BY start_time_ns, span_id
