-- Which measures a KPI is made of: `part` is numerator, denominator or requires; `passed.*` means all that start with `passed.`.
create table if not exists kpi_measures
(
    kpi String,
    part LowCardinality(String),
    pattern String,
    version UInt64
)
engine = ReplacingMergeTree(version)
order by (kpi, part, pattern)
