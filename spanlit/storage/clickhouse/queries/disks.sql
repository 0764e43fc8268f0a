SELECT name, min(free_space) AS free, min(total_space) AS total
FROM $disks
WHERE total_space > 0 AND total_space < toUInt64(-1)
GROUP BY name
ORDER BY name
