-- The companies as the configuration has them, without a secret; all rows of the highest version are the configuration.
-- minor: minor units in one unit of the currency.
create table if not exists tenants
(
    id LowCardinality(String),
    position UInt16,
    name String,
    timezone LowCardinality(String),
    language LowCardinality(String),
    currency LowCardinality(String),
    minor UInt32,
    version UInt64
)
engine = ReplacingMergeTree(version)
order by id
