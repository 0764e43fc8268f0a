SELECT object_key
FROM elements
WHERE object_key = ANY({object_keys}::text[]) AND NOT removed
UNION
SELECT key
FROM spans, unnest(
    ARRAY[
        attributes ->> 'spanlit.input.blob',
        attributes ->> 'spanlit.output.blob',
        attributes ->> 'spanlit.attributes.blob'
    ]
) AS key
WHERE attributes ?| '{spanlit.input.blob,spanlit.output.blob,spanlit.attributes.blob}'
    AND ARRAY[
        attributes ->> 'spanlit.input.blob',
        attributes ->> 'spanlit.output.blob',
        attributes ->> 'spanlit.attributes.blob'
    ] && {object_keys}::text[]
    AND key = ANY({object_keys}::text[])
