SELECT $rows AS rows, count() AS stored, $object_keys AS object_keys
FROM $table
WHERE project = {project:String} AND ($condition)
