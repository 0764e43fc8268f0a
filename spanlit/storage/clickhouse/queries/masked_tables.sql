SELECT DISTINCT table AS name
FROM $parts
WHERE database = {database:String} AND active AND has_lightweight_delete
