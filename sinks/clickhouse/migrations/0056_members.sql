-- The directory of names: of jobs, departments and employees, never of candidates. An empty name was removed. version: when the name
-- was given (Unix ms). source: `reported` by a vendor, or `imported`.
create table if not exists members
(
    tenant LowCardinality(String),
    kind LowCardinality(String),
    member String,
    source LowCardinality(String),
    name String,
    version UInt64
)
engine = ReplacingMergeTree(version)
order by (tenant, kind, member, source)
