-- Who did what: one row per record of the topic `audit-log`, whose offset is the version.
create table if not exists audit_log
(
    version UInt64,
    tenant LowCardinality(String),
    at DateTime64(3, 'UTC'),
    who String,
    action LowCardinality(String),
    subject String,
    detail String
)
engine = ReplacingMergeTree(version)
order by version
