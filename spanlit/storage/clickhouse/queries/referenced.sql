SELECT object_key
FROM elements FINAL
WHERE object_key IN {keys:Array(String)}
UNION DISTINCT
SELECT arrayJoin($span_blobs) AS object_key
FROM spans
WHERE hasAny($span_blobs, {keys:Array(String)}) AND has({keys:Array(String)}, object_key)
