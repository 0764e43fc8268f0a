-- Keys are read before the update: it returns what is left.
WITH old AS
(
    SELECT
        trace_id, span_id, project, start_time_ns,
        ARRAY[
            attributes ->> 'spanlit.input.blob',
            attributes ->> 'spanlit.output.blob',
            attributes ->> 'spanlit.attributes.blob'
        ] AS blobs
    FROM spans
    WHERE project = {project}
        AND start_time_ns >= {since_ns}
        AND start_time_ns < {before_ns}
        AND (
            input <> ''
            OR output <> ''
            OR events <> '[]'
            OR attributes ?| {keys}::text[]
            OR EXISTS (
                SELECT FROM jsonb_object_keys(attributes) AS key WHERE key ^@ ANY({prefixes}::text[])
            )
        )
    ORDER BY start_time_ns
    LIMIT {limit}
    FOR UPDATE
),
emptied AS
(
    UPDATE spans SET
        input = '',
        output = '',
        events = '[]',
        attributes = coalesce(
            (
                SELECT jsonb_object_agg(key, value)
                FROM jsonb_each(spans.attributes)
                WHERE NOT (key = ANY({keys}::text[]) OR key ^@ ANY({prefixes}::text[]))
            ),
            '{}'
        )
    FROM old
    WHERE spans.trace_id = old.trace_id
        AND spans.span_id = old.span_id
        AND spans.project = old.project
        AND spans.start_time_ns = old.start_time_ns
)
SELECT
    count(*) AS rows,
    max(start_time_ns) AS last_ns,
    array(SELECT DISTINCT key FROM old, unnest(old.blobs) AS key WHERE key <> '') AS object_keys
FROM old
