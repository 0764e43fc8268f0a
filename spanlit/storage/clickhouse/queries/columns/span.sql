$span_head,
input, output, attributes, attributes_json, resource,
arrayMap((name, time, attributes) -> (name, toUnixTimestamp64Nano(time), attributes),
    `events.name`, `events.time`, `events.attributes`) AS events,
arrayZip(`links.trace_id`, `links.span_id`, `links.attributes`) AS links
