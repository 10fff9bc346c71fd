-- What the ledger of Career Relay says about rejections and candidates, by the archiver's own reading of it; all rows of a company's
-- highest version stand. They follow from the ledger, events and relay.yaml, so that losing them loses nothing.
create table if not exists relay_findings
(
    tenant LowCardinality(String),
    panel LowCardinality(String),
    position UInt32,
    job_id String,
    since Nullable(Date),
    channel String,
    name LowCardinality(String),
    n UInt64,
    events UInt64,
    days UInt32,
    value Nullable(Float64),
    low Nullable(Float64),
    high Nullable(Float64),
    lift Nullable(Float64),
    verdict LowCardinality(String),
    version UInt64
)
engine = ReplacingMergeTree(version)
order by (tenant, panel, position)
