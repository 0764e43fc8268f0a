$span_head,
left(input, {preview_chars}) AS input,
left(output, {preview_chars}) AS output,
coalesce(
    (
        SELECT jsonb_object_agg(key, value)
        FROM jsonb_each(attributes)
        WHERE key = ANY({attribute_keys}::text[])
    ),
    '{}'
) AS attributes
