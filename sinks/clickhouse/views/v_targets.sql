-- The targets as their file has them, of every kind of KPI. Money in minor units; better: 1 means at least `plan`, -1 at most.
create or replace view v_targets as
select
    tenant,
    kpi,
    dimension,
    member,
    basis,
    first,
    last,
    period,
    plan,
    better,
    owner
from targets final
where version = (select max(version) from targets)
