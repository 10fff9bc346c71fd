-- What if one stage passed as in the best quarter of the channels: hires × (better rate ÷ rate − 1), all else equal. Side
-- steps are not in it: most hires never took them.
-- Parameters: tenant, first and last (local days of application, both included). Channels with fewer than 10 decisions at
-- the stage are left out of it.
-- Channels are shrunk to the stage's rate by their spread beyond chance (moments), and not told apart at all where chance explains
-- their differences (Q at most 2.33 standard deviations above its mean): the best of identical channels promises nothing.
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
    ),
    stages as
    (
        select
            milestone,
            any(decided.position) as position,
            sum(decided.passed) as passed,
            sum(decided.n) as n,
            passed / n as rate,
            countIf(decided.n >= 10) as channels,
            sumIf(decided.passed, decided.n >= 10) / sumIf(decided.n, decided.n >= 10) as middle,
            middle * (1 - middle) as chance,
            groupArrayIf((decided.passed, decided.n), decided.n >= 10) as counts,
            arraySum(row -> row.2, counts) as cases,
            cases - arraySum(row -> row.2 * row.2, counts) / cases as room,
            arraySum(row -> pow(row.1 - row.2 * middle, 2) / row.2, counts) / chance as q,
            if(
                chance > 0 and q > channels - 1 + 2.33 * sqrt(2 * (channels - 1)),
                (q - (channels - 1)) * chance / room,
                0
            ) as spread,
            arrayMap(
                row -> middle + (row.1 / row.2 - middle) * spread / (spread + chance / row.2),
                if(spread > 0, counts, [])
            ) as shrunk
        from decided
        group by milestone
    )
select
    milestone,
    position,
    passed,
    n,
    rate,
    channels,
    multiIf(
        channels < 2, null,
        empty(shrunk), rate,
        greatest(rate, arrayReduce('quantileExactInclusive(0.75)', shrunk))
    ) as better_rate,
    (select hired from hires) as hires,
    if(rate = 0, null, hires * (better_rate / rate - 1)) as more_hires
from stages
