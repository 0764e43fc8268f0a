-- In a cluster each shard has its part of the spans, and all of the other tables.
SELECT
    table,
    if(table = 'spans_local', sum(rows_of_host), max(rows_of_host)) AS rows,
    if(table = 'spans_local', sum(size_of_host), max(size_of_host)) AS size
FROM
(
    SELECT hostName() AS host, table, sum(rows) AS rows_of_host, sum(bytes_on_disk) AS size_of_host
    FROM $parts
    WHERE database = {database:String} AND active
    GROUP BY host, table
)
GROUP BY table
