SELECT trace_id, span_id, max(version) AS version
FROM spans
WHERE project = {project:String}
    AND start_time IN
        (SELECT fromUnixTimestamp64Nano(arrayJoin({times_ns:Array(Int64)}), 'UTC'))
    AND trace_id IN {trace_ids:Array(String)}
    AND span_id IN {span_ids:Array(String)}
GROUP BY trace_id, span_id
