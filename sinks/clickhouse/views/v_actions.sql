-- The actions on breaches, each once as it was first written; at is when it was taken.
create or replace view v_actions as
select
    tenant,
    breach,
    id,
    argMin(given, version) as action,
    argMin(taken_at, version) as at
from
(
    select
        tenant,
        breach,
        id,
        breach_actions.action as given,
        breach_actions.at as taken_at,
        version
    from breach_actions
)
group by tenant, breach, id
