-- 予実: every target of a tenant beside its actual so far. Counts and ratios only; quantiles and cohorts are in
-- `hirelay plan show`. Parameters: tenant, as_of (the last local day that counts).
-- plan_to_date: a count is planned evenly over the days of its period. gap: actual less plan to date; positive is good.
create or replace view v_plan as
with
    wanted as
    (
        select *
        from targets final
        where tenant = {tenant:String} and version = (select max(version) from targets)
    ),
    days as
    (
        select dimension, member, basis, day, measure, value
        from v_cells
        where tenant = {tenant:String}
            and (dimension, member, basis) in (select dimension, member, basis from wanted)
            and day between (select min(first) from wanted) and {as_of:Date}
    ),
    parts as
    (
        select
            wanted.kpi as kpi,
            wanted.dimension as dimension,
            wanted.member as member,
            wanted.basis as basis,
            wanted.first as first,
            wanted.last as last,
            sumIf(value, part = 'numerator') as above,
            sumIf(value, part = 'denominator') as below,
            sumIf(value, part = 'requires') as required
        from wanted
        inner join
        (
            select kpi, part, pattern
            from kpi_measures final
            where version = (select max(version) from kpi_measures)
        ) as meant on meant.kpi = wanted.kpi
        inner join
        (
            select *, arrayJoin([measure, concat(splitByChar('.', measure)[1], '.*')]) as pattern
            from days
        ) as counted
            on counted.pattern = meant.pattern
            and counted.dimension = wanted.dimension
            and counted.member = wanted.member
            and counted.basis = wanted.basis
        where counted.day between wanted.first and wanted.last
        group by kpi, dimension, member, basis, first, last
    )
select
    wanted.kpi as kpi,
    ja,
    en,
    unit,
    wanted.dimension as dimension,
    wanted.member as member,
    wanted.basis as basis,
    wanted.first as first,
    wanted.last as last,
    period,
    owner,
    note,
    wanted.better as better,
    plan,
    least(1, greatest(0, dateDiff('day', wanted.first, {as_of:Date}) + 1) / (dateDiff('day', wanted.first, wanted.last) + 1)) as gone,
    if(kind = 'count', plan * gone, plan) as plan_to_date,
    if(kind = 'count', above, toInt64(trunc(below / scale))) as n,
    multiIf(
        gone = 0, null,
        kind = 'count', above / scale,
        below = 0 or (requires = 1 and required = 0), null,
        above * scale / below
    ) as actual,
    (actual - plan_to_date) * wanted.better as gap,
    if(plan = 0, null, actual / plan) as achieved
from wanted
inner join v_definitions on v_definitions.id = wanted.kpi
left join parts using (kpi, dimension, member, basis, first, last)
where kind in ('count', 'ratio')
