SELECT $session
FROM sessions
WHERE project = {project} AND thread_id = {thread_id}
