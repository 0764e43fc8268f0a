-- Scores on spans that go, and on traces of which no span stays.
SELECT DISTINCT trace_id, span_id
FROM scores
WHERE project = {project:String}
    AND trace_id != ''
    AND
    (
        (trace_id, span_id) IN
        (
            SELECT trace_id, span_id
            FROM spans
            WHERE project = {project:String}
                AND start_time < fromUnixTimestamp64Nano({before_ns:Int64}, 'UTC')
                AND trace_id IN (SELECT trace_id FROM scores WHERE project = {project:String})
        )
        OR
        (
            span_id = '' AND trace_id IN
            (
                SELECT trace_id
                FROM spans
                WHERE project = {project:String}
                    AND trace_id IN (SELECT trace_id FROM scores WHERE project = {project:String})
                GROUP BY trace_id
                HAVING max(start_time) < fromUnixTimestamp64Nano({before_ns:Int64}, 'UTC')
            )
        )
    )
