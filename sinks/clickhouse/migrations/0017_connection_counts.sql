-- What a gateway process counted of a connection since it started (`run`), as absolute values: `what` is event,
-- outcome, reason or signature, `name` the vendor's event, the outcome, and so on. `last` is the latest delivery of it.
create table if not exists connection_counts
(
    tenant LowCardinality(String),
    connection LowCardinality(String),
    vendor LowCardinality(String),
    run String,
    what LowCardinality(String),
    name LowCardinality(String),
    total UInt64,
    last DateTime64(3, 'UTC'),
    version UInt64
)
engine = ReplacingMergeTree(version)
order by (tenant, connection, what, name, run)
settings non_replicated_deduplication_window = 1000
