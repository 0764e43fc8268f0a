SELECT
    trace_id,
    count(*) AS span_count,
    count(*) FILTER (WHERE status = 'error') AS error_count,
    coalesce(sum(input_tokens) FILTER (WHERE kind = ANY({model_calls}::text[])), 0) AS input_tokens,
    coalesce(sum(output_tokens) FILTER (WHERE kind = ANY({model_calls}::text[])), 0)
        AS output_tokens,
    coalesce(sum(cost_usd) FILTER (WHERE kind = ANY({model_calls}::text[])), 0) AS cost_usd
FROM spans
WHERE project = {project}
    AND thread_id = {thread_id}
    AND thread_id <> ''
    AND ended
    AND NOT removed
    AND status <> 'abandoned'
GROUP BY trace_id
