-- What the ledger of Career Relay says now about rejections (`reasons`), candidates (`experience`) and their survey (`survey`), with
-- 90 % intervals: the rows of each company's highest version, in the order of their positions.
create or replace view v_relay_findings as
select
    tenant,
    panel,
    position,
    job_id,
    since,
    channel,
    name,
    n,
    events,
    days,
    value,
    low,
    high,
    lift,
    verdict
from relay_findings final
where (tenant, version) in
(
    select tenant, max(version)
    from relay_findings
    group by tenant
)
