-- The generations of all numbers: the one marked live is what readers are shown.
create table if not exists epochs
(
    number UInt16,
    state LowCardinality(String),
    facts UInt16,
    changed DateTime64(3, 'UTC'),
    version UInt64
)
engine = ReplacingMergeTree(version)
order by number
