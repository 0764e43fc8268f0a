-- A tombstone has nothing but ids, and is newer than all that is there.
INSERT INTO $table (project, $id, updated_at, is_deleted)
SELECT
    {project:String}, id, is_deleted_at, 1
FROM
(
    SELECT
        arrayJoin({ids:Array(String)}) AS id,
        fromUnixTimestamp64Nano({now_ns:Int64}, 'UTC') AS is_deleted_at
)
