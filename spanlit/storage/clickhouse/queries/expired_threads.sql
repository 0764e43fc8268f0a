SELECT thread_id AS value
FROM threads FINAL
WHERE project = {project:String}
    AND updated_at < fromUnixTimestamp64Nano({before_ns:Int64}, 'UTC')
