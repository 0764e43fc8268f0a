SELECT $score
FROM scores
WHERE project = {project} AND thread_id = {thread_id} AND thread_id <> '' AND NOT removed
ORDER BY created_at_ns, span_id, name
