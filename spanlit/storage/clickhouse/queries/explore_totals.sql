SELECT
    trace_id,
    countIf(counts) AS span_count,
    countIf(counts AND status = 'error') AS error_count,
    sumIf(input_tokens, counts AND calls) AS input_tokens,
    sumIf(output_tokens, counts AND calls) AS output_tokens,
    sumIf(cost_usd, counts AND calls) AS cost_usd,
    max(fits) AS any_fits,
    argMinIf(span_id, (start_time, span_id), is_root) AS root_id,
    argMinIf(version, (start_time, span_id), is_root) AS root_version
FROM
(
    SELECT
        trace_id, span_id, start_time, version, status, is_root, removed,
        input_tokens, output_tokens, cost_usd,
        ended AND status != 'abandoned' AS counts,
        kind IN {model_calls:Array(String)} AS calls,
        $any_span AS fits
    FROM spans
    WHERE project = {project:String}
        AND trace_id IN {trace_ids:Array(String)}
        AND start_time >= fromUnixTimestamp64Nano(greatest({first_ns:Int64}, 345600000000000), 'UTC')
        AND start_time < fromUnixTimestamp64Nano({last_ns:Int64}, 'UTC')
    ORDER BY version DESC
    LIMIT 1 BY trace_id, span_id
)
WHERE NOT removed
GROUP BY trace_id
