SELECT DISTINCT trace_id
FROM spans
WHERE project = {project:String} AND thread_id = {thread_id:String}
