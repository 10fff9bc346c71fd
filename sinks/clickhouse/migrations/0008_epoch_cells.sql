-- Cells of every epoch, as in kpi_cells otherwise: a rebuild is counted beside the numbers that are shown.
-- partition by: an epoch is dropped as a whole, and a reader of one never opens another.
-- order by: one tenant, dimension and basis over a range of days. src_partition keeps partial sums apart.
create table if not exists epoch_cells
(
    epoch UInt16,
    tenant LowCardinality(String),
    dimension LowCardinality(String),
    member String,
    day Date,
    basis LowCardinality(String),
    measure LowCardinality(String),
    src_partition UInt16,
    value Int64,
    version UInt64
)
engine = ReplacingMergeTree(version)
partition by (epoch, toYYYYMM(day))
order by (epoch, tenant, dimension, basis, day, member, measure, src_partition)
settings non_replicated_deduplication_window = 1000
