SELECT *
FROM
(
    SELECT $span
    FROM spans
    WHERE project = {project:String} AND trace_id = {trace_id:String} AND span_id = {span_id:String}
    ORDER BY version DESC
    LIMIT 1
)
WHERE NOT removed
