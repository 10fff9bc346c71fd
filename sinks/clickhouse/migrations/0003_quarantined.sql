-- What was set aside and why; the sealed body stays in Kafka.
create table if not exists quarantined
(
    id String,
    tenant LowCardinality(String),
    connection LowCardinality(String),
    vendor LowCardinality(String),
    vendorevent String,
    reason LowCardinality(String),
    detail String,
    at DateTime64(3, 'UTC'),
    rawref String,
    src_partition UInt16,
    src_offset UInt64
)
engine = ReplacingMergeTree(src_offset)
order by (tenant, connection, id)
settings non_replicated_deduplication_window = 1000
