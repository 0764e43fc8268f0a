SELECT $score
FROM scores FINAL
WHERE project = {project:String} AND trace_id = {trace_id:String}
ORDER BY created_at_ns, trace_id, span_id, name, user_id
