SELECT table, sum(rows) AS rows, sum(bytes_on_disk) AS size
FROM $parts
WHERE database = {database:String} AND active
GROUP BY table
