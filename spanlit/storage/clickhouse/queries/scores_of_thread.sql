SELECT $score
FROM scores FINAL
WHERE project = {project:String} AND thread_id = {thread_id:String}
ORDER BY created_at_ns, span_id, name
