-- One measure of one cell of one source partition. The highest version (the Kafka offset of the write) stands, so
-- doubled, reordered and late inserts change nothing.
-- order by: readers ask for one tenant, dimension and basis over a range of days and then sum per member and measure.
-- src_partition comes last: it only keeps the partial sums of different writers apart.
-- The partition key is a function of the sorting key, which lets FINAL work inside one partition at a time.
create table if not exists kpi_cells
(
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
partition by toYYYYMM(day)
order by (tenant, dimension, basis, day, member, measure, src_partition)
settings non_replicated_deduplication_window = 1000
