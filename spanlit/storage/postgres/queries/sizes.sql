SELECT sum(pg_total_relation_size(relid))::bigint AS size
FROM pg_partition_tree({name}::text::regclass)
