-- Breaches as they are now, for boards; told to ended is also the span of an annotation. body is the record as JSON. last_action
-- is the latest action, by its time. For a service level, limit_days is how long a case may wait, and the value is the number of
-- cases that wait longer; null if there is none. The target of a change is the value expected without it. Joined tables share no
-- column name with a breach; otherwise columns would be named after their table.
create or replace view v_breaches as
select
    breaches.* except (ending, version, target),
    ifNull(JSONExtract(body, 'evidence', 'expected', 'Nullable(Float64)'), breaches.target) as target,
    nullIf(ending, '') as ending,
    state != 'resolved' as active,
    JSONExtract(body, 'limit_days', 'Nullable(UInt16)') as limit_days,
    if(limit_days is null, defined.ja, concat(defined.ja, ' > ', toString(limit_days), '日')) as ja,
    if(limit_days is null, defined.en, concat(defined.en, ' > ', toString(limit_days), ' d')) as en,
    if(limit_days is null, defined.unit, 'count') as unit,
    taken.last_action as last_action,
    taken.last_action_at as last_action_at
from breaches final
left join
(
    select
        id as meant,
        ja,
        en,
        unit
    from v_definitions
) as defined on defined.meant = breaches.kpi
left join
(
    select
        tenant as whose,
        breach,
        toNullable(argMax(action, (at, version))) as last_action,
        toNullable(max(at)) as last_action_at
    from
    (
        select
            tenant,
            breach,
            id,
            argMin(breach_actions.action, breach_actions.version) as action,
            argMin(breach_actions.at, breach_actions.version) as at,
            min(breach_actions.version) as version
        from breach_actions
        group by tenant, breach, id
    )
    group by tenant, breach
) as taken on taken.whose = breaches.tenant and taken.breach = breaches.id
