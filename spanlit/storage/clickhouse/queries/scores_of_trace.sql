SELECT $score
FROM scores FINAL
WHERE project = {project:String} AND trace_id = {trace_id:String}
ORDER BY created_at_ns, span_id, name
