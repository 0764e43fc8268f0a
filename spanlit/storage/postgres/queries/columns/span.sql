$span_head,
input, output, attributes, resource, events, links
