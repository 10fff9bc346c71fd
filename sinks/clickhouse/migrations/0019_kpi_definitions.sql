-- The catalogue of KPIs as the code has it; all rows of the highest version are the catalogue.
create table if not exists kpi_definitions
(
    id String,
    position UInt16,
    ja String,
    en String,
    explain_ja String,
    explain_en String,
    kind LowCardinality(String),
    unit LowCardinality(String),
    scale Float64,
    share Float64,
    upto Int32,
    about LowCardinality(String),
    outcome LowCardinality(String),
    entered String,
    bases Array(LowCardinality(String)),
    better Int8,
    minimum_n UInt32,
    requires UInt8,
    version UInt64
)
engine = ReplacingMergeTree(version)
order by id
