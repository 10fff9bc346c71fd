-- KPIs of durations: waiting times (medians including cases in flight), retention, and outcomes of a cohort by a horizon.
-- Parameters as in v_life. low and high: the incidence if none or all of the cases in flight reached the outcome.
create or replace view v_duration_kpis as
select
    member,
    id as kpi,
    ja,
    en,
    unit,
    better,
    minimum_n,
    any(life.n) as n,
    any(life.in_flight) as in_flight,
    sumIf(cases, life.outcome = definitions.outcome and age <= upto) as reached,
    sumIf(cases, life.outcome = '' and age < upto) as undecided,
    minIf(age, survival <= 0.5 + 1e-12) as half,
    countIf(survival <= 0.5 + 1e-12) as halved,
    argMaxIf(survival, age, age <= upto) as stayed,
    countIf(age <= upto) as followed,
    multiIf(
        kind = 'waiting', if(halved = 0, null, toFloat64(half)),
        kind = 'incidence', maxIf(incidence, life.outcome = definitions.outcome and age <= upto),
        followed > 0 and stayed = 0, 0,
        upto > any(follow_up), null,
        followed = 0, 1,
        stayed
    ) as value,
    if(kind = 'incidence', reached / n, null) as low,
    if(kind = 'incidence', (reached + undecided) / n, null) as high,
    n < minimum_n as thin
from v_life(tenant = {tenant:String}, dimension = {dimension:String}, first = {first:Date}, last = {last:Date}, as_of = {as_of:Date}) as life
inner join v_definitions as definitions on definitions.about = life.about
where definitions.about != ''
group by member, id, ja, en, unit, better, minimum_n, kind, upto
