-- Of a table that has no partitions there is no tree.
SELECT coalesce(
    (SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree({name}::text::regclass)),
    pg_total_relation_size({name}::text::regclass)
)::bigint AS size
