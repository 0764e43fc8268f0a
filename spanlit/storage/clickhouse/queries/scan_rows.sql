SELECT *
FROM
(
    SELECT $columns
    FROM $table
    WHERE $condition
    ORDER BY $time, $keys $newest
)
WHERE $kept
