-- The ledger of Career Relay: one row per record (line 0: its fact) and one per decision and per posting of a decision. A record
-- never changes, so rows that are archived twice are one row; the highest version (Kafka offset) stays.
create table if not exists relay_ledger
(
    tenant LowCardinality(String),
    seq UInt64,
    line UInt32,
    day Date,
    at DateTime64(3, 'UTC'),
    recorded DateTime64(3, 'UTC'),
    fact LowCardinality(String),
    entry LowCardinality(String),
    reason LowCardinality(String),
    scope LowCardinality(String),
    account LowCardinality(String),
    unit LowCardinality(String),
    amount Int64,
    measure LowCardinality(String),
    slot UInt32,
    due Nullable(Date),
    invitation String,
    application_id String,
    job_id String,
    channel String,
    version UInt64
)
engine = ReplacingMergeTree(version)
order by (tenant, seq, line)
