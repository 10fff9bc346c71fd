-- Every additive KPI of every member and period, as `hirelay kpi show` computes it.
-- Parameters: tenant, dimension, basis, first and last (local days, both included); grain: all, day, week (from Monday),
-- month, quarter or fiscal_year, which starts in month fiscal_start. Days are the tenant's own, so periods are too.
-- Quantiles are linear between neighbours (Hyndman and Fan type 7). n: cases, the denominator of a ratio.
-- Joins and employment ends after the tenant's today are planned: they count as `planned.<measure>`. Only the day of the
-- event (decision basis) tells them apart.
create or replace view v_kpi_series as
with
    (
        select ifNull(toDateOrNull(left(any(toString(now(), timezone)), 10)), toDate(now(), 'UTC'))
        from v_tenants
        where id = {tenant:String}
    ) as today,
    tallies as
    (
        select
            multiIf(
                {grain:String} = 'day', day,
                {grain:String} = 'week', toMonday(day),
                {grain:String} = 'month', toStartOfMonth(day),
                {grain:String} = 'quarter', toStartOfQuarter(day),
                {grain:String} = 'fiscal_year',
                addMonths(toStartOfYear(addMonths(day, 1 - {fiscal_start:UInt8})), {fiscal_start:UInt8} - 1),
                {first:Date}
            ) as period,
            member,
            if(
                {basis:String} = 'decision'
                and day > today
                and splitByChar('.', v_cells.measure)[1] in ('joined', 'left_employment', 'start_days'),
                concat('planned.', v_cells.measure),
                v_cells.measure
            ) as measure,
            sum(value) as counted
        from v_cells
        where tenant = {tenant:String}
            and dimension = {dimension:String}
            and basis = {basis:String}
            and day between {first:Date} and {last:Date}
        group by period, member, measure
        having counted != 0
    ),
    parts as
    (
        select
            period,
            member,
            kpi,
            sumIf(counted, part = 'numerator') as above,
            sumIf(counted, part = 'denominator') as below,
            sumIf(counted, part = 'requires') as required,
            arraySort(
                groupArrayIf(
                    (toInt32OrZero(splitByChar('.', measure)[-1]), counted),
                    part = 'numerator' and counted > 0
                )
            ) as bars
        from
        (
            select
                period,
                member,
                measure,
                counted,
                arrayJoin([measure, concat(splitByChar('.', measure)[1], '.*')]) as pattern
            from tallies
        ) as named
        inner join
        (
            select kpi, part, pattern
            from kpi_measures final
            where version = (select max(version) from kpi_measures)
        ) as meant using (pattern)
        group by period, member, kpi
    ),
    -- The cases up to and with each value: which case has which value is known without a list of all cases.
    arrayCumSum(bars.2) as ranks,
    toInt64(arraySum(bars.2)) as cases,
    (cases - 1) * share as place,
    (bars.1)[arrayFirstIndex(rank -> rank > toInt64(floor(place)), ranks)] as lower,
    (bars.1)[arrayFirstIndex(rank -> rank > least(toInt64(floor(place)) + 1, cases - 1), ranks)] as upper
select
    period,
    member,
    kpi,
    ja,
    en,
    unit,
    better,
    minimum_n,
    multiIf(
        kind = 'count', above,
        kind = 'ratio', toInt64(trunc(below / scale)),
        cases
    ) as n,
    multiIf(
        kind = 'count', above / scale,
        kind = 'ratio', if(below = 0 or (requires = 1 and required = 0), null, above * scale / below),
        cases = 0, null,
        kind = 'mean', arraySum(bar -> bar.1 * bar.2, bars) / cases / scale,
        kind = 'within', arraySum(bar -> if(bar.1 <= upto, bar.2, 0), bars) / cases,
        lower + (upper - lower) * (place - floor(place))
    ) as value,
    n < minimum_n as thin
from parts
inner join v_definitions on v_definitions.id = parts.kpi
where has(bases, {basis:String})
    and kind in ('count', 'ratio', 'mean', 'within', 'quantile')
