SELECT
    trace_id,
    count() AS span_count,
    countIf(status = 'error') AS error_count,
    sumIf(input_tokens, kind IN {model_calls:Array(String)}) AS input_tokens,
    sumIf(output_tokens, kind IN {model_calls:Array(String)}) AS output_tokens,
    sumIf(cost_usd, kind IN {model_calls:Array(String)}) AS cost_usd
FROM
(
    SELECT trace_id, span_id, kind, status, ended, removed, input_tokens, output_tokens, cost_usd
    FROM spans
    WHERE project = {project:String} AND thread_id = {thread_id:String}
    ORDER BY version DESC
    LIMIT 1 BY trace_id, span_id
)
WHERE ended AND NOT removed AND status != 'abandoned'
GROUP BY trace_id
