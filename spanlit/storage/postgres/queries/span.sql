SELECT $span
FROM spans
WHERE project = {project} AND trace_id = {trace_id} AND span_id = {span_id} AND NOT removed
