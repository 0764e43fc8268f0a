-- Votes on threads, votes with reasons; buttons, questions and what apps remember of a thread.
-- target_thread is empty unless a score is on a thread as a whole. A column can join the sorting key
-- only in the statement that adds it.

ALTER TABLE scores {on_cluster}
    ADD COLUMN IF NOT EXISTS target_thread String,
    MODIFY ORDER BY (project, trace_id, span_id, user_id, name, target_thread);

ALTER TABLE scores {on_cluster}
    ADD COLUMN IF NOT EXISTS type LowCardinality(String) DEFAULT multiIf(isNotNull(value), 'number', label != '', 'category', 'text') AFTER source,
    ADD COLUMN IF NOT EXISTS reasons Array(LowCardinality(String)) AFTER comment;

CREATE TABLE IF NOT EXISTS actions {on_cluster}
(
    project     LowCardinality(String),
    thread_id   String,
    action_id   String,
    trace_id    String,
    span_id     String,
    name        LowCardinality(String),
    label       String,
    tooltip     String,
    icon        LowCardinality(String),
    payload     String CODEC(ZSTD(1)),                           -- JSON object
    created_at  DateTime64(9, 'UTC'),
    updated_at  DateTime64(9, 'UTC'),
    is_deleted  UInt8
)
{engine:ReplacingMergeTree(updated_at, is_deleted)}
ORDER BY (project, thread_id, action_id)
SETTINGS index_granularity = 1024, non_replicated_deduplication_window = 1000, old_parts_lifetime = 60;

CREATE TABLE IF NOT EXISTS asks {on_cluster}
(
    project     LowCardinality(String),
    thread_id   String,
    ask_id      String,
    trace_id    String,
    span_id     String,
    type        LowCardinality(String),                          -- text file action form approval
    spec        String CODEC(ZSTD(1)),                           -- JSON object
    status      LowCardinality(String),                          -- pending answered timeout cancelled
    answer      String CODEC(ZSTD(1)),                           -- JSON object
    expires_at  DateTime64(9, 'UTC'),                            -- 1970: never
    created_at  DateTime64(9, 'UTC'),
    updated_at  DateTime64(9, 'UTC')
)
{engine:ReplacingMergeTree(updated_at)}
ORDER BY (project, thread_id, ask_id)
SETTINGS index_granularity = 1024, non_replicated_deduplication_window = 1000, old_parts_lifetime = 60;

CREATE TABLE IF NOT EXISTS sessions {on_cluster}
(
    project     LowCardinality(String),
    thread_id   String,
    user_id     String,
    state       String CODEC(ZSTD(1)),                           -- JSON object
    created_at  DateTime64(9, 'UTC'),
    updated_at  DateTime64(9, 'UTC')
)
{engine:ReplacingMergeTree(updated_at)}
ORDER BY (project, thread_id)
SETTINGS index_granularity = 1024, non_replicated_deduplication_window = 1000, old_parts_lifetime = 60;
