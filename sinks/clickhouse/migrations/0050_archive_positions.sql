-- Up to where Kafka is in this database: `next_offset` is the first offset of a partition that is not. It lives with the rows, so
-- a database that is lost or older says so itself.
create table if not exists archive_positions
(
    generation String,
    topic LowCardinality(String),
    partition UInt16,
    next_offset UInt64
)
engine = ReplacingMergeTree(next_offset)
order by (generation, topic, partition)
