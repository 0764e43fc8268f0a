SELECT $action
FROM actions
WHERE project = {project} AND thread_id = {thread_id} AND NOT removed
ORDER BY created_at_ns, action_id
