SELECT *
FROM
(
    SELECT
        $span_head,
        substringUTF8(input, 1, {preview_chars:UInt32}) AS input,
        substringUTF8(output, 1, {preview_chars:UInt32}) AS output,
        mapFilter((key, value) -> key IN {attribute_keys:Array(String)}, attributes) AS attributes
    FROM spans
    WHERE project = {project:String} AND trace_id = {trace_id:String}
    ORDER BY version DESC
    LIMIT 1 BY span_id
)
WHERE NOT removed
ORDER BY start_time_ns, span_id
