-- Parts in which nothing stays. A part never changes, so nothing can have joined it meanwhile, as
-- it could a partition.
SELECT _part AS part
FROM spans
GROUP BY _part
HAVING uniqExact(project) = 1
    AND any(project) = {project:String}
    AND max(start_time) < fromUnixTimestamp64Nano({before_ns:Int64}, 'UTC')
