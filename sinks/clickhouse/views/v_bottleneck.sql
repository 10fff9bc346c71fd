-- Where time is lost: for each stage the entries, the median wait, and the days that all cases waited.
-- The share is null where nobody has waited a whole day yet. Parameters: tenant, dimension, first and last (local days of
-- entering, both included), as_of.
create or replace view v_bottleneck as
select
    member,
    about as milestone,
    any(n) as entered,
    any(in_flight) as waiting,
    if(countIf(survival <= 0.5 + 1e-12) = 0, null, minIf(age, survival <= 0.5 + 1e-12)) as median_days,
    sum(age * cases) as days_waited,
    days_waited / nullIf(sum(days_waited) over (partition by member), 0) as share
from v_life(
    tenant = {tenant:String},
    dimension = {dimension:String},
    first = {first:Date},
    last = {last:Date},
    as_of = {as_of:Date}
)
where about not in ('application', 'employment', 'scorecard', 'feedback', 'answer')
group by member, about
