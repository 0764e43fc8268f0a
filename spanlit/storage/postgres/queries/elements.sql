SELECT $element
FROM elements
WHERE project = {project} AND thread_id = {thread_id} AND NOT removed
ORDER BY created_at_ns, element_id
