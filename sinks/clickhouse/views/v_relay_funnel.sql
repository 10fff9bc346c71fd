-- From invitation to registration, for the links of candidates that were issued in a window: how many came how far, and after
-- how many days (median of those who did). Parameters: tenant, first and last (both included).
create or replace view v_relay_funnel as
with links as
(
    select
        invitation,
        minIf(at, entry = 'invited') as invited,
        minOrNullIf(at, entry = 'clicked') as clicked,
        minOrNullIf(at, entry = 'registered') as registered,
        minOrNullIf(at, entry = 'counted') as counted
    from relay_ledger final
    where tenant = {tenant:String}
        and invitation != ''
        and scope = 'candidate'
    group by invitation
    having countIf(entry = 'invited') > 0
        and min(if(entry = 'invited', day, toDate('2149-01-01'))) between {first:Date} and {last:Date}
)
select
    step.1 as position,
    step.2 as name,
    step.3 as persons,
    nullIf(step.4, 0) as of,
    step.5 as days
from
(
    select
        count() as n,
        countIf(clicked is not null) as clicks,
        countIf(registered is not null) as registrations,
        countIf(counted is not null) as counts,
        quantileExactOrNullIf(0.5)(dateDiff('hour', invited, clicked) / 24, clicked is not null) as click_days,
        quantileExactOrNullIf(0.5)(dateDiff('hour', invited, registered) / 24, registered is not null) as registration_days,
        quantileExactOrNullIf(0.5)(dateDiff('hour', invited, counted) / 24, counted is not null) as count_days
    from links
)
array join [
    (1, 'invited', n, 0, null),
    (2, 'clicked', clicks, n, click_days),
    (3, 'registered', registrations, n, registration_days),
    (4, 'counted', counts, n, count_days)
] as step
