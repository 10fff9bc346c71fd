-- Recruitment cost by channel and kind, in minor units of the tenant's currency; contracts are spread over their days.
-- Parameters: tenant, first and last (both included), grain and fiscal_start as in v_kpi_series.
create or replace view v_costs as
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
    member as channel,
    splitByChar('.', measure)[2] as kind,
    kind not in ('internal_hours', 'tool', 'training', 'overhead') as external,
    sum(value) as amount
from v_cells
where tenant = {tenant:String}
    and dimension = 'channel'
    and basis = 'decision'
    and day between {first:Date} and {last:Date}
    and startsWith(measure, 'cost.')
group by period, channel, kind
