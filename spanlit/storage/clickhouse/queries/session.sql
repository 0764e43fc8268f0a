SELECT $session
FROM sessions FINAL
WHERE project = {project:String} AND thread_id = {thread_id:String}
