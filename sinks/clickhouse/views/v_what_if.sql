-- What if one stage passed as in the best quarter of the channels: hires × (better rate ÷ rate − 1), all else equal. Side
-- steps are not in it: most hires never took them.
-- Parameters: tenant, first and last (local days of application, both included). Channels with fewer than 10 decisions at
-- the stage are left out of it.
create or replace view v_what_if as
with
    decided as
    (
        select member, milestone, position, passed, n
        from v_funnel(
            tenant = {tenant:String}, dimension = 'channel', basis = 'cohort', first = {first:Date}, last = {last:Date}
        )
        where n > 0 and milestone != 'unmapped' and not side_step
    ),
    hires as
    (
        select sum(value) as hired
        from v_cells
        where tenant = {tenant:String}
            and dimension = 'total'
            and basis = 'cohort'
            and day between {first:Date} and {last:Date}
            and measure = 'hired'
    )
select
    milestone,
    any(position) as position,
    sum(passed) as passed,
    sum(decided.n) as n,
    passed / n as rate,
    countIf(decided.n >= 10) as channels,
    if(
        channels < 2,
        null,
        greatest(rate, quantileExactInclusiveIf(0.75)(decided.passed / decided.n, decided.n >= 10))
    ) as better_rate,
    (select hired from hires) as hires,
    if(rate = 0, null, hires * (better_rate / rate - 1)) as more_hires
from decided
group by milestone
