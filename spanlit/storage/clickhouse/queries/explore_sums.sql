-- The newest version decides whether a span passes: without FINAL, an older one might, too.
SELECT
    $group
    $bucket AS start_ns,
    count() AS span_count,
    countIf(status = 'error') AS error_count,
    sumIf(input_tokens, kind IN {model_calls:Array(String)}) AS tokens_in,
    sumIf(output_tokens, kind IN {model_calls:Array(String)}) AS tokens_out,
    sumIf(cost_usd, kind IN {model_calls:Array(String)}) AS cost,
    quantilesExactInclusive(0.5, 0.95, 0.99)(duration_ns) AS durations_ns,
    quantilesExactInclusiveIf(0.5, 0.95)(ttft_ms, ttft_ms != 0) AS ttfts_ms
FROM spans FINAL
WHERE project = {project:String}
    AND start_time >= fromUnixTimestamp64Nano(greatest({since_ns:Int64}, 345600000000000), 'UTC')
    AND start_time < fromUnixTimestamp64Nano({until_ns:Int64}, 'UTC')
    AND ended
    AND NOT removed
    AND status != 'abandoned'
    AND $where
GROUP BY start_ns$names
ORDER BY span_count DESC, start_ns$names
LIMIT {limit:UInt32}
