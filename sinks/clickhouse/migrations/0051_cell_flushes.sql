-- Up to which flush of a worker the cells of a source partition are here: `as_of` is when it was written. Inserted after its cells, so
-- the numbers include at least that much.
create table if not exists cell_flushes
(
    epoch UInt16,
    src_partition UInt16,
    as_of DateTime64(3, 'UTC'),
    version UInt64
)
engine = ReplacingMergeTree(version)
order by (epoch, src_partition)
settings non_replicated_deduplication_window = 1000
