-- What was done about breaches. The offset is in the order, so a record that is archived twice is one row, and of an action that
-- was told twice both records stay: the view takes the first, whatever was merged and in whichever order they came.
create table if not exists breach_actions
(
    tenant LowCardinality(String),
    breach String,
    id String,
    action LowCardinality(String),
    at DateTime64(3, 'UTC'),
    recorded DateTime64(3, 'UTC'),
    version UInt64
)
engine = ReplacingMergeTree
order by (tenant, breach, id, version)
