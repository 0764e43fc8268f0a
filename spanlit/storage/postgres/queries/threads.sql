SELECT $thread
FROM threads
WHERE project = {project}
    AND user_id = {user_id}
    AND NOT removed
    AND (updated_at_ns, thread_id) < ({before_ns}::bigint, {before_id}::text)
ORDER BY updated_at_ns DESC, thread_id DESC
LIMIT {limit}
