SELECT $span
FROM spans
WHERE project = {project}
    AND thread_id = {thread_id}
    AND thread_id <> ''
    AND kind = ANY({kinds}::text[])
    AND start_time_ns < {before_ns}
    AND NOT removed
ORDER BY start_time_ns DESC, span_id DESC
LIMIT {limit}
