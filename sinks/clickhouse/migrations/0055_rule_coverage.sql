-- What each alert rule with a budget of false alarms sees of its members, and, with an empty member, the rule itself: its budget and the
-- smallest change of its member of median volume that is seen within `within_weeks`. All rows of the highest version are valid; weeks
-- and smallest are null if the fall cannot be found. Members that are persons have no row; `members` and `unseen` count them.
create table if not exists rule_coverage
(
    tenant LowCardinality(String),
    rule LowCardinality(String),
    kpi LowCardinality(String),
    dimension LowCardinality(String),
    member String,
    budget Float64,
    members UInt32,
    unseen UInt32,
    weekly Nullable(Float64),
    rate Nullable(Float64),
    fallen Nullable(Float64),
    weeks Nullable(Float64),
    smallest Nullable(Float64),
    within_weeks UInt16,
    version UInt64
)
engine = ReplacingMergeTree(version)
order by (tenant, rule, member)
