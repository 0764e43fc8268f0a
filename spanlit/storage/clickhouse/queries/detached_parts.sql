SELECT table, reason, count() AS parts
FROM $parts
WHERE database = {database:String}
GROUP BY table, reason
ORDER BY table, reason
