SELECT trace_id
FROM spans
WHERE project = {project:String}
    AND start_time >= fromUnixTimestamp64Nano({first_ns:Int64}, 'UTC')
    AND start_time < fromUnixTimestamp64Nano({last_ns:Int64}, 'UTC')
    AND NOT removed
    AND $where
