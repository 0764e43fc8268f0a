SELECT $action
FROM actions FINAL
WHERE project = {project:String} AND thread_id = {thread_id:String}
ORDER BY created_at_ns, id
