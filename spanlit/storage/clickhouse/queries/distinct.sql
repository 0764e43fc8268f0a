SELECT DISTINCT $column AS value
FROM $table
WHERE project = {project:String} AND ($condition)
ORDER BY value
