DELETE FROM elements
WHERE project = {project:String} AND thread_id = {thread_id:String}
