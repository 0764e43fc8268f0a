SELECT $span
FROM spans
WHERE project = {project} AND start_time_ns > {since_ns} AND NOT ended AND NOT removed
ORDER BY start_time_ns, span_id
