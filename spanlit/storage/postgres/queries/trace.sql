SELECT $span
FROM spans
WHERE project = {project} AND trace_id = {trace_id} AND NOT removed
ORDER BY start_time_ns, span_id
