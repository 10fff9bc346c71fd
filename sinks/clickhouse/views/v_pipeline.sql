-- The pipeline now: applications waiting at each stage, by days waited.
-- Parameters: tenant, dimension, as_of (the local day that is now).
create or replace view v_pipeline as
select
    member,
    about as milestone,
    sum(cases) as waiting,
    quantileExactWeighted(0.5)(age, toUInt64(cases)) as median_days,
    quantileExactWeighted(0.9)(age, toUInt64(cases)) as p90_days,
    max(age) as oldest_days
from v_life(
    tenant = {tenant:String},
    dimension = {dimension:String},
    first = toDate('2000-01-01'),
    last = {as_of:Date},
    as_of = {as_of:Date}
)
where outcome = '' and about not in ('application', 'employment', 'scorecard', 'feedback', 'answer')
group by member, about
