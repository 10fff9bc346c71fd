-- Every breach of a company with each action on it, also without actions: a base for measuring suggestions. `hours` is the time from
-- the report to the first action (below 0 if somebody acted earlier). `recovered` is about the first `done`: 1 if the breach was
-- back on target within `days` of it, 0 if not, null if unknown: nothing was done, the breach had ended before, it ended otherwise
-- (no cases, corrected, withdrawn), or the days are not over.
create or replace view v_breach_actions as
with taken as
(
    select
        breach,
        minOrNullIf(at, action = 'accepted') as accepted,
        minOrNullIf(at, action = 'ignored') as ignored,
        minOrNullIf(at, action = 'done') as done,
        toNullable(min(at)) as first_at,
        count() as actions
    from
    (
        select
            breach_actions.breach as breach,
            id,
            argMin(breach_actions.action, breach_actions.version) as action,
            argMin(breach_actions.at, breach_actions.version) as at
        from breach_actions
        where tenant = {tenant:String}
        group by breach, id
    )
    group by breach
)
select
    breaches.tenant as tenant,
    breaches.id as breach,
    breaches.rule as rule,
    breaches.kpi as kpi,
    breaches.dimension as dimension,
    breaches.severity as severity,
    breaches.owner as owner,
    breaches.told as told,
    breaches.ended as ended,
    nullIf(breaches.ending, '') as ending,
    taken.accepted as accepted,
    taken.ignored as ignored,
    taken.done as done,
    taken.actions as actions,
    dateDiff('second', breaches.told, taken.first_at) / 3600 as hours,
    multiIf(
        done is null, null,
        breaches.ended <= done, null,
        breaches.ended <= addDays(done, {days:UInt16}), if(breaches.ending = 'recovered', toNullable(1), null),
        now64(3, 'UTC') < addDays(done, {days:UInt16}), null,
        0
    ) as recovered
from breaches final
left join taken on taken.breach = breaches.id
where breaches.tenant = {tenant:String}
