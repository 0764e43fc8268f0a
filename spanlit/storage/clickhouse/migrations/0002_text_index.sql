-- requires: clickhouse >= 26.3
-- Words of questions and final answers. Searches must repeat the expression literally.

ALTER TABLE spans {on_cluster} ADD INDEX IF NOT EXISTS ft_root if(is_root, lower(concat(input, ' ', output)), '') TYPE text(tokenizer = splitByNonAlpha, posting_list_codec = 'bitpacking');
