-- Without bodies: their sizes say how many rows fit into a page.
SELECT toUnixTimestamp64Nano($time) AS time_ns, $keys, $size AS size
FROM $table
WHERE $condition
ORDER BY $time, $keys $newest
LIMIT {limit:UInt32}
