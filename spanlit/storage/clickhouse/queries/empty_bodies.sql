ALTER TABLE spans {on_cluster}
UPDATE
    input = '',
    output = '',
    `events.time` = [],
    `events.name` = [],
    `events.attributes` = [],
    attributes = mapFilter((key, value) -> NOT $is_body, attributes),
    attributes_num = mapFilter((key, value) -> NOT $is_body, attributes_num),
    attributes_json = if(
        arrayExists(key -> $is_body, JSONExtractKeys(attributes_json)),
        concat(
            '{',
            arrayStringConcat(
                arrayMap(
                    item -> concat(toJSONString(item.1), ':', item.2),
                    arrayFilter(
                        item -> arrayExists(key -> NOT $is_body, [item.1]),
                        JSONExtractKeysAndValuesRaw(attributes_json)
                    )
                ),
                ','
            ),
            '}'
        ),
        attributes_json
    )
WHERE project = {project:String} AND ($condition)
