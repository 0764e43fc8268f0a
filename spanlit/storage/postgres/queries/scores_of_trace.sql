SELECT $score
FROM scores
WHERE project = {project} AND trace_id = {trace_id} AND NOT removed
ORDER BY created_at_ns, span_id, name
