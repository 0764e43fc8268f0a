-- Rows that pass, of any version; the newest ones are told apart later. The previews have names of
-- their own, because conditions that name `input` would otherwise look at 200 characters of it.
SELECT
    $span_head,
    substringUTF8(input, 1, {preview_chars:UInt32}) AS input_shown,
    substringUTF8(output, 1, {preview_chars:UInt32}) AS output_shown,
    mapFilter((key, value) -> key IN {attribute_keys:Array(String)}, attributes) AS attributes_shown
FROM spans
WHERE project = {project:String}
    AND start_time >= fromUnixTimestamp64Nano(greatest({since_ns:Int64}, 345600000000000), 'UTC')
    AND start_time <= fromUnixTimestamp64Nano({before_ns:Int64}, 'UTC')
    AND $where
    AND NOT removed
ORDER BY start_time DESC, trace_id DESC, span_id DESC
LIMIT {limit:UInt32}
