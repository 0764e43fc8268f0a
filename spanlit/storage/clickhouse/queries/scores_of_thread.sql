SELECT $score
FROM scores FINAL
WHERE project = {project:String} AND thread_id = {thread_id:String}
ORDER BY created_at_ns, trace_id, span_id, name, user_id
