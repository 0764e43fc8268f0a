-- Postgres >= 14. Runs in one transaction, under an advisory lock.
-- Times are Unix nanoseconds in bigint: timestamptz has microseconds only.
-- Text is compared byte by byte (COLLATE "C"): the same order in every database, and fast.
-- One row per span, thread and so on: writers replace a row by a newer version of it.

-- The words by which questions and final answers are found: distinct, ASCII in lower case, of at
-- most 64 bytes, from the first 100,000 characters. Runs of letters, digits and all that is not
-- ASCII are words. Indexes hold its results: a change needs a new name and a new index.
CREATE FUNCTION spanlit_words(body text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 10000
AS $$
    SELECT coalesce(array_agg(DISTINCT word), '{}')
    FROM unnest(
        string_to_array(
            regexp_replace(
                lower(left(body, 100000) COLLATE "C"),
                '[\x01-\x2f\x3a-\x60\x7b-\x7f]+', ' ', 'g'
            ),
            ' '
        )
    ) AS word
    WHERE octet_length(word) BETWEEN 1 AND 64
$$;

CREATE TABLE spans
(
    project          text COLLATE "C" NOT NULL,
    trace_id         text COLLATE "C" NOT NULL,          -- 32 lower-case hex
    span_id          text COLLATE "C" NOT NULL,          -- 16 lower-case hex
    parent_span_id   text COLLATE "C" NOT NULL,          -- '' on roots
    start_time_ns    bigint NOT NULL,
    duration_ns      bigint NOT NULL,                    -- 0 while open
    version          bigint NOT NULL,                    -- the highest one is the state of the span
    is_root          boolean NOT NULL,
    ended            boolean NOT NULL,                   -- false: the span is open
    removed          boolean NOT NULL,                   -- true: the span was taken back
    input_tokens     integer NOT NULL,
    output_tokens    integer NOT NULL,
    cached_tokens    integer NOT NULL,
    reasoning_tokens integer NOT NULL,
    document_count   integer,                            -- NULL: not a retrieval
    cost_usd         double precision NOT NULL,
    ttft_ms          double precision NOT NULL,
    trace_state      text COLLATE "C" NOT NULL,
    name             text COLLATE "C" NOT NULL,
    kind             text COLLATE "C" NOT NULL,          -- turn message agent llm tool retrieval ...
    otel_kind        text COLLATE "C" NOT NULL,          -- INTERNAL SERVER CLIENT PRODUCER CONSUMER
    status           text COLLATE "C" NOT NULL,          -- running ok error cancelled abandoned
    status_message   text COLLATE "C" NOT NULL,
    thread_id        text COLLATE "C" NOT NULL,
    user_id          text COLLATE "C" NOT NULL,
    process_id       text COLLATE "C" NOT NULL,
    provider         text COLLATE "C" NOT NULL,
    model            text COLLATE "C" NOT NULL,
    scope_name       text COLLATE "C" NOT NULL,
    scope_version    text COLLATE "C" NOT NULL,
    input            text COLLATE "C" NOT NULL,
    output           text COLLATE "C" NOT NULL,
    attributes       jsonb NOT NULL,                     -- object
    resource         jsonb NOT NULL,                     -- object
    events           jsonb NOT NULL,                     -- [{name, time_ns, attributes}]
    links            jsonb NOT NULL,                     -- [{trace_id, span_id, attributes}]
    PRIMARY KEY (trace_id, span_id, project, start_time_ns)
) PARTITION BY RANGE (start_time_ns);

DO $$
BEGIN
    ALTER TABLE spans
        ALTER COLUMN input SET COMPRESSION lz4,
        ALTER COLUMN output SET COMPRESSION lz4,
        ALTER COLUMN attributes SET COMPRESSION lz4,
        ALTER COLUMN resource SET COMPRESSION lz4,
        ALTER COLUMN events SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported OR invalid_parameter_value THEN
    NULL; -- the server was built without lz4, and keeps its own compression
END
$$;

CREATE INDEX spans_time ON spans (project, start_time_ns);
CREATE INDEX spans_root ON spans (project, start_time_ns) WHERE is_root;
CREATE INDEX spans_open ON spans (project, start_time_ns) WHERE NOT ended;
CREATE INDEX spans_thread ON spans (project, thread_id, start_time_ns) WHERE thread_id <> '';
CREATE INDEX spans_user ON spans (project, user_id, start_time_ns) WHERE user_id <> '';
-- Searches must repeat the expression literally.
CREATE INDEX spans_words ON spans USING gin (spanlit_words(input || ' ' || output)) WHERE is_root;
CREATE INDEX spans_blobs ON spans USING gin (
    (ARRAY[
        attributes ->> 'spanlit.input.blob',
        attributes ->> 'spanlit.output.blob',
        attributes ->> 'spanlit.attributes.blob'
    ])
) WHERE attributes ?| '{spanlit.input.blob,spanlit.output.blob,spanlit.attributes.blob}';

-- Weeks are made by writers, ahead of time. What is so far off that it must be a clock's error
-- goes here, and so does what comes from a user that may not make tables.
CREATE TABLE spans_default PARTITION OF spans DEFAULT;

CREATE TABLE threads
(
    project       text COLLATE "C" NOT NULL,
    thread_id     text COLLATE "C" NOT NULL,
    user_id       text COLLATE "C" NOT NULL,
    name          text COLLATE "C" NOT NULL,
    tags          text[] COLLATE "C" NOT NULL,
    metadata      jsonb NOT NULL,
    created_at_ns bigint NOT NULL,
    updated_at_ns bigint NOT NULL,
    removed       boolean NOT NULL,                      -- true: deleted; keeps late rows away
    PRIMARY KEY (project, thread_id)
);
CREATE INDEX threads_user ON threads (project, user_id, updated_at_ns DESC, thread_id DESC);
CREATE INDEX threads_time ON threads (project, updated_at_ns);

CREATE TABLE users
(
    project       text COLLATE "C" NOT NULL,
    user_id       text COLLATE "C" NOT NULL,
    identifier    text COLLATE "C" NOT NULL,
    display_name  text COLLATE "C" NOT NULL,
    metadata      jsonb NOT NULL,
    created_at_ns bigint NOT NULL,
    updated_at_ns bigint NOT NULL,
    removed       boolean NOT NULL,                      -- true: deleted; keeps late rows away
    PRIMARY KEY (project, user_id)
);
CREATE INDEX users_time ON users (project, updated_at_ns);

CREATE TABLE elements
(
    project       text COLLATE "C" NOT NULL,
    thread_id     text COLLATE "C" NOT NULL,
    element_id    text COLLATE "C" NOT NULL,
    trace_id      text COLLATE "C" NOT NULL,
    span_id       text COLLATE "C" NOT NULL,
    type          text COLLATE "C" NOT NULL,
    name          text COLLATE "C" NOT NULL,
    mime          text COLLATE "C" NOT NULL,
    url           text COLLATE "C" NOT NULL,
    object_key    text COLLATE "C" NOT NULL,
    size          bigint NOT NULL,
    props         jsonb NOT NULL,
    created_at_ns bigint NOT NULL,
    updated_at_ns bigint NOT NULL,
    removed       boolean NOT NULL,
    PRIMARY KEY (project, thread_id, element_id)
);
CREATE INDEX elements_trace ON elements (project, trace_id);
CREATE INDEX elements_time ON elements (project, updated_at_ns);
CREATE INDEX elements_blob ON elements (object_key) WHERE object_key <> '';

CREATE TABLE scores
(
    project       text COLLATE "C" NOT NULL,
    trace_id      text COLLATE "C" NOT NULL,
    span_id       text COLLATE "C" NOT NULL,
    target_thread text COLLATE "C" NOT NULL,             -- '' unless the thread itself is scored
    user_id       text COLLATE "C" NOT NULL,
    name          text COLLATE "C" NOT NULL,
    thread_id     text COLLATE "C" NOT NULL,
    source        text COLLATE "C" NOT NULL,             -- user reviewer judge code api
    type          text COLLATE "C" NOT NULL,             -- number boolean category text
    value         double precision,
    label         text COLLATE "C" NOT NULL,
    comment       text COLLATE "C" NOT NULL,
    reasons       text[] COLLATE "C" NOT NULL,
    metadata      jsonb NOT NULL,
    created_at_ns bigint NOT NULL,
    updated_at_ns bigint NOT NULL,
    removed       boolean NOT NULL,
    PRIMARY KEY (project, trace_id, span_id, target_thread, user_id, name)
);
CREATE INDEX scores_thread ON scores (project, thread_id) WHERE thread_id <> '';
CREATE INDEX scores_user ON scores (project, user_id) WHERE user_id <> '';
CREATE INDEX scores_time ON scores (project, updated_at_ns);

CREATE TABLE actions
(
    project       text COLLATE "C" NOT NULL,
    thread_id     text COLLATE "C" NOT NULL,
    action_id     text COLLATE "C" NOT NULL,
    trace_id      text COLLATE "C" NOT NULL,
    span_id       text COLLATE "C" NOT NULL,
    name          text COLLATE "C" NOT NULL,
    label         text COLLATE "C" NOT NULL,
    tooltip       text COLLATE "C" NOT NULL,
    icon          text COLLATE "C" NOT NULL,
    payload       jsonb NOT NULL,
    created_at_ns bigint NOT NULL,
    updated_at_ns bigint NOT NULL,
    removed       boolean NOT NULL,
    PRIMARY KEY (project, thread_id, action_id)
);
CREATE INDEX actions_trace ON actions (project, trace_id);
CREATE INDEX actions_time ON actions (project, updated_at_ns);

CREATE TABLE asks
(
    project       text COLLATE "C" NOT NULL,
    thread_id     text COLLATE "C" NOT NULL,
    ask_id        text COLLATE "C" NOT NULL,
    trace_id      text COLLATE "C" NOT NULL,
    span_id       text COLLATE "C" NOT NULL,
    type          text COLLATE "C" NOT NULL,
    spec          jsonb NOT NULL,
    status        text COLLATE "C" NOT NULL,             -- pending answered timeout cancelled
    answer        jsonb NOT NULL,
    created_at_ns bigint NOT NULL,
    updated_at_ns bigint NOT NULL,
    expires_at_ns bigint NOT NULL,                       -- 0: never
    PRIMARY KEY (project, thread_id, ask_id)
);
CREATE INDEX asks_trace ON asks (project, trace_id);
CREATE INDEX asks_time ON asks (project, updated_at_ns);

CREATE TABLE sessions
(
    project       text COLLATE "C" NOT NULL,
    thread_id     text COLLATE "C" NOT NULL,
    user_id       text COLLATE "C" NOT NULL,
    state         jsonb NOT NULL,
    created_at_ns bigint NOT NULL,
    updated_at_ns bigint NOT NULL,
    PRIMARY KEY (project, thread_id)
);
CREATE INDEX sessions_time ON sessions (project, updated_at_ns);

CREATE TABLE processes
(
    process_id    text COLLATE "C" PRIMARY KEY,
    host          text COLLATE "C" NOT NULL,
    pid           bigint NOT NULL,
    started_at_ns bigint NOT NULL,
    seen_at_ns    bigint NOT NULL,
    stopped       boolean NOT NULL
);
