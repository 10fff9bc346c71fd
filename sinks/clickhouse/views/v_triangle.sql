-- The cohort triangle: cases by week of entering (from Monday), outcome and age in days; an empty outcome counts entries, and
-- takes off those whose outcome is unknown: sum it.
-- Parameters: tenant, dimension, first and last (local days of entering, both included).
create or replace view v_triangle as
with kinds as (select distinct about, entered from v_definitions where about != '')
select
    member,
    toMonday(day) as week,
    splitByChar('.', measure)[2] as about,
    if(splitByChar('.', measure)[3] = 'unknown', '', splitByChar('.', measure)[3]) as outcome,
    toInt32(splitByChar('.', measure)[4]) as age,
    sum(if(outcome = '', -value, value)) as cases
from v_cells
where tenant = {tenant:String}
    and dimension = {dimension:String}
    and basis = 'entry'
    and day between {first:Date} and {last:Date}
group by member, week, about, outcome, age
union all
select
    member,
    toMonday(day) as week,
    about,
    '' as outcome,
    toInt32(0) as age,
    sum(value) as cases
from v_cells
inner join kinds on kinds.entered = v_cells.measure
where tenant = {tenant:String}
    and dimension = {dimension:String}
    and basis = 'decision'
    and day between {first:Date} and {last:Date}
group by member, week, about
