SELECT $ask
FROM asks
WHERE project = {project}
    AND thread_id = {thread_id}
    AND ({status}::text IS NULL OR status = {status})
ORDER BY created_at_ns, ask_id
