-- The archive of accepted events: one row an event after merging. The body is the canonical event and holds no
-- personal data. order by: the events of one application together, in a form in which a doubled one meets itself.
create table if not exists candidate_events
(
    tenant LowCardinality(String),
    event_id String,
    type LowCardinality(String),
    subject String,
    connection LowCardinality(String),
    time DateTime64(3, 'UTC'),
    recordedtime DateTime64(3, 'UTC'),
    test Bool,
    application_id String,
    job_id String,
    job_name String,
    channel String,
    stage_id String,
    stage_name String,
    src_partition UInt16,
    src_offset UInt64,
    src_index UInt16,
    body String codec(ZSTD(3))
)
engine = ReplacingMergeTree
order by (tenant, subject, event_id)
settings non_replicated_deduplication_window = 1000
