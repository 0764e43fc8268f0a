INSERT INTO threads (project, thread_id, updated_at, is_deleted)
VALUES ({project:String}, {thread_id:String}, fromUnixTimestamp64Nano({now_ns:Int64}, 'UTC'), 1)
