SELECT trace_id
FROM spans
WHERE project = {project:String}
    AND start_time >= fromUnixTimestamp64Nano(greatest({first_ns:Int64}, 345600000000000), 'UTC')
    AND start_time < fromUnixTimestamp64Nano({last_ns:Int64}, 'UTC')
    AND NOT removed
    AND $where
