-- Rows that pass, of any version; `explore_versions` tells which are the newest of their span.
SELECT
    $span_head,
    substringUTF8(input, 1, {preview_chars:UInt32}) AS input,
    substringUTF8(output, 1, {preview_chars:UInt32}) AS output,
    mapFilter((key, value) -> key IN {attribute_keys:Array(String)}, attributes) AS attributes
FROM spans
WHERE project = {project:String}
    AND start_time >= fromUnixTimestamp64Nano({since_ns:Int64}, 'UTC')
    AND start_time <= fromUnixTimestamp64Nano({before_ns:Int64}, 'UTC')
    AND (start_time, trace_id, span_id)
        < (fromUnixTimestamp64Nano({before_ns:Int64}, 'UTC'), {before_trace:String}, {before_span:String})
    AND NOT removed
    AND $where
ORDER BY start_time DESC, trace_id DESC, span_id DESC
LIMIT {limit:UInt32}
