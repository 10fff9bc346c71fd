-- Every breach of an alert rule; the highest version (Kafka offset) is what it is now. Nothing is ever removed: the history
-- of who was told what is what suggestions are measured by.
create table if not exists breaches
(
    tenant LowCardinality(String),
    id String,
    rule LowCardinality(String),
    kpi LowCardinality(String),
    dimension LowCardinality(String),
    member String,
    owner LowCardinality(String),
    severity LowCardinality(String),
    state LowCardinality(String),
    ending LowCardinality(String),
    direction LowCardinality(String),
    target Float64,
    window_days UInt16,
    opened Date,
    since Date,
    until Nullable(Date),
    judged Date,
    value Nullable(Float64),
    n Int64,
    low Nullable(Float64),
    high Nullable(Float64),
    probability Nullable(Float64),
    told DateTime64(3, 'UTC'),
    ended Nullable(DateTime64(3, 'UTC')),
    body String,
    version UInt64
)
engine = ReplacingMergeTree(version)
order by (tenant, id)
