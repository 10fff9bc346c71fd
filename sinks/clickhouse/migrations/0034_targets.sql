-- Targets of KPIs as the file has them; all rows of the highest version are the file. Money in minor units.
-- better: 1 means at least `plan`, -1 at most.
create table if not exists targets
(
    tenant LowCardinality(String),
    kpi LowCardinality(String),
    dimension LowCardinality(String),
    member String,
    basis LowCardinality(String),
    first Date,
    last Date,
    period String,
    plan Float64,
    better Int8,
    owner String,
    note String,
    version UInt64
)
engine = ReplacingMergeTree(version)
order by (tenant, kpi, dimension, member, basis, first, last)
