SELECT
    max(toUnixTimestamp64Nano(updated_at)) AS newest_ns,
    (
        SELECT count()
        FROM $table FINAL
        WHERE project = {project:String} AND $id IN {ids:Array(String)}
    ) AS rows
FROM $table
WHERE project = {project:String} AND $id IN {ids:Array(String)}
