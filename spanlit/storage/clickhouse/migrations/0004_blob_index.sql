-- Which spans refer to a blob. Searches must repeat the expression literally. Spans of older versions
-- refer to none, so the index is cheap to make for them.

ALTER TABLE spans {on_cluster} ADD INDEX IF NOT EXISTS ix_blob [attributes['spanlit.input.blob'], attributes['spanlit.output.blob'], attributes['spanlit.attributes.blob']] TYPE bloom_filter(0.001) GRANULARITY 1;

ALTER TABLE spans {on_cluster} MATERIALIZE INDEX ix_blob;
