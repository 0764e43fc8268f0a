SELECT $thread
FROM threads FINAL
WHERE project = {project:String} AND thread_id = {thread_id:String}
