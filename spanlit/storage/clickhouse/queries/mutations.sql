SELECT
    table, mutation_id, latest_fail_reason,
    dateDiff('second', create_time, now()) AS age_s
FROM $mutations
WHERE database = {database:String} AND NOT is_done
ORDER BY create_time, mutation_id
