SELECT $thread
FROM threads
WHERE project = {project} AND thread_id = {thread_id} AND NOT removed
