SELECT $thread
FROM threads FINAL
WHERE project = {project:String}
    AND user_id = {user_id:String}
    AND (updated_at, thread_id) < (fromUnixTimestamp64Nano({before_ns:Int64}, 'UTC'), {before_id:String})
ORDER BY updated_at DESC, thread_id DESC
LIMIT {limit:UInt32}
