-- ClickHouse >= 24.8. Statements end with a semicolon at the end of a line; each can be repeated.
-- No TTL: how long a project keeps its spans is for its owner to say.
-- old_parts_lifetime: the embedded engine often lives for minutes only, and merged-away parts stay
-- on disk for this many seconds of its life.

CREATE TABLE IF NOT EXISTS spans {on_cluster}
(
    project          LowCardinality(String),
    trace_id         String CODEC(ZSTD(1)),                      -- 32 lower-case hex
    span_id          String CODEC(ZSTD(1)),                      -- 16 lower-case hex
    parent_span_id   String CODEC(ZSTD(1)),                      -- '' on roots
    is_root          Bool,
    trace_state      String CODEC(ZSTD(1)),
    name             LowCardinality(String),
    kind             LowCardinality(String),                     -- turn message agent llm tool retrieval ...
    otel_kind        LowCardinality(String),                     -- INTERNAL SERVER CLIENT PRODUCER CONSUMER
    start_time       DateTime64(9, 'UTC') CODEC(Delta(8), ZSTD(1)),
    duration_ns      UInt64 CODEC(ZSTD(1)),                      -- 0 while open
    ended            Bool,                                       -- false: the span was open when this row was written
    removed          Bool,                                       -- true: the span was taken back
    version          UInt64 CODEC(ZSTD(1)),                      -- the highest one is the state of the span
    status           LowCardinality(String),                     -- running ok error cancelled abandoned
    status_message   String CODEC(ZSTD(1)),
    thread_id        String CODEC(ZSTD(1)),
    user_id          String CODEC(ZSTD(1)),
    process_id       LowCardinality(String),
    provider         LowCardinality(String),
    model            LowCardinality(String),
    input_tokens     UInt32 CODEC(ZSTD(1)),
    output_tokens    UInt32 CODEC(ZSTD(1)),
    cached_tokens    UInt32 CODEC(ZSTD(1)),
    reasoning_tokens UInt32 CODEC(ZSTD(1)),
    document_count   Nullable(UInt32) CODEC(ZSTD(1)),            -- NULL: not a retrieval
    cost_usd         Float64 CODEC(ZSTD(1)),
    ttft_ms          Float64 CODEC(ZSTD(1)),
    scope_name       LowCardinality(String),
    scope_version    LowCardinality(String),
    input            String CODEC(ZSTD(3)),
    output           String CODEC(ZSTD(3)),
    attributes       Map(LowCardinality(String), String) CODEC(ZSTD(1)),    -- strings; bools, arrays, objects as JSON
    attributes_num   Map(LowCardinality(String), Float64) CODEC(ZSTD(1)),   -- numbers, to filter by
    attributes_json  String CODEC(ZSTD(1)),                      -- JSON object of all that is not a string, exact
    resource         LowCardinality(String),                     -- JSON object; the same for all spans of a process
    events           Nested (time DateTime64(9, 'UTC'), name LowCardinality(String), attributes String) CODEC(ZSTD(1)),
    links            Nested (trace_id String, span_id String, attributes String) CODEC(ZSTD(1)),
    INDEX ix_trace  trace_id  TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX ix_thread thread_id TYPE bloom_filter(0.01)  GRANULARITY 1,
    INDEX ix_user   user_id   TYPE bloom_filter(0.01)  GRANULARITY 1
)
{engine:ReplacingMergeTree(version)}
PARTITION BY toMonday(start_time)
PRIMARY KEY (project, start_time)
ORDER BY (project, start_time, trace_id, span_id)
SETTINGS index_granularity = 1024, non_replicated_deduplication_window = 1000, old_parts_lifetime = 60;

CREATE TABLE IF NOT EXISTS threads {on_cluster}
(
    project     LowCardinality(String),
    thread_id   String,
    user_id     String,
    name        String,
    tags        Array(LowCardinality(String)),
    metadata    String CODEC(ZSTD(1)),                           -- JSON object
    created_at  DateTime64(9, 'UTC'),
    updated_at  DateTime64(9, 'UTC'),
    is_deleted  UInt8,
    INDEX ix_user user_id TYPE bloom_filter(0.01) GRANULARITY 1
)
{engine:ReplacingMergeTree(updated_at, is_deleted)}
ORDER BY (project, thread_id)
SETTINGS index_granularity = 1024, non_replicated_deduplication_window = 1000, old_parts_lifetime = 60;

CREATE TABLE IF NOT EXISTS users {on_cluster}
(
    project      LowCardinality(String),
    user_id      String,
    identifier   String,
    display_name String,
    metadata     String CODEC(ZSTD(1)),                          -- JSON object
    created_at   DateTime64(9, 'UTC'),
    updated_at   DateTime64(9, 'UTC'),
    is_deleted   UInt8
)
{engine:ReplacingMergeTree(updated_at, is_deleted)}
ORDER BY (project, user_id)
SETTINGS index_granularity = 1024, non_replicated_deduplication_window = 1000, old_parts_lifetime = 60;

CREATE TABLE IF NOT EXISTS elements {on_cluster}
(
    project     LowCardinality(String),
    thread_id   String,
    element_id  String,
    trace_id    String,
    span_id     String,
    type        LowCardinality(String),
    name        String,
    mime        LowCardinality(String),
    url         String,
    object_key  String,
    size        UInt64,
    props       String CODEC(ZSTD(1)),                           -- JSON object
    created_at  DateTime64(9, 'UTC'),
    updated_at  DateTime64(9, 'UTC'),
    is_deleted  UInt8
)
{engine:ReplacingMergeTree(updated_at, is_deleted)}
ORDER BY (project, thread_id, element_id)
SETTINGS index_granularity = 1024, non_replicated_deduplication_window = 1000, old_parts_lifetime = 60;

CREATE TABLE IF NOT EXISTS scores {on_cluster}
(
    project     LowCardinality(String),
    trace_id    String,
    span_id     String,
    user_id     String,
    name        LowCardinality(String),
    thread_id   String,
    source      LowCardinality(String),                          -- user reviewer judge code api
    value       Nullable(Float64),
    label       String,
    comment     String CODEC(ZSTD(1)),
    metadata    String CODEC(ZSTD(1)),                           -- JSON object
    created_at  DateTime64(9, 'UTC'),
    updated_at  DateTime64(9, 'UTC'),
    is_deleted  UInt8,
    INDEX ix_thread thread_id TYPE bloom_filter(0.01) GRANULARITY 1
)
{engine:ReplacingMergeTree(updated_at, is_deleted)}
ORDER BY (project, trace_id, span_id, user_id, name)
SETTINGS index_granularity = 1024, non_replicated_deduplication_window = 1000, old_parts_lifetime = 60;

CREATE TABLE IF NOT EXISTS processes {on_cluster}
(
    process_id  String,
    host        String,
    pid         UInt32,
    started_at  DateTime64(9, 'UTC'),
    seen_at     DateTime64(9, 'UTC'),
    stopped     Bool
)
{engine:ReplacingMergeTree(seen_at)}
ORDER BY process_id
TTL toDateTime(seen_at) + INTERVAL 7 DAY
SETTINGS non_replicated_deduplication_window = 1000, old_parts_lifetime = 60;
