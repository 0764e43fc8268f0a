SELECT table, replica_name, is_readonly, absolute_delay, lost_part_count
FROM $replicas
WHERE database = {database:String}
ORDER BY table, replica_name
