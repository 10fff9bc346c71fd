-- Interviewers compared: pass rates shrunk to the overall rate, and the limits of a funnel plot.
-- Parameters: tenant, milestone (empty: the main line, as stage_pass_rate), first and last (local days of the decision, both included).
-- Interviewers with fewer than 5 decisions are not shown individually (k-anonymity): together they are one row, `(n < 5)`.
-- shrunk: posterior mean of a beta-binomial whose spread is fitted by moments (Kleinman 1973); low and high: 90 %, normal on
-- the logit scale. Limits: overall rate ± z·√(p(1−p)/n) at 95 % and 99.8 % (Spiegelhalter 2005).
create or replace view v_interviewers as
with
    people as
    (
        select
            member as person,
            sumIf(value, startsWith(measure, 'passed.')) as passed,
            sumIf(value, startsWith(measure, 'passed.') or startsWith(measure, 'failed.')) as n
        from v_cells
        where tenant = {tenant:String}
            and dimension = 'interviewer'
            and basis = 'decision'
            and day between {first:Date} and {last:Date}
            and splitByChar('.', measure)[1] in ('passed', 'failed')
            and if(
                {milestone:String} = '',
                splitByChar('.', measure)[2] not in ('casual', 'assessment', 'reference', 'unmapped'),
                splitByChar('.', measure)[2] = {milestone:String}
            )
        group by member
        having n > 0
    ),
    overall as (select sum(passed) / sum(n) as average from people),
    moments as
    (
        select
            any(average) as rate_of_all,
            sum(people.n * pow(people.passed / people.n - average, 2)) as spread,
            sum(people.n) as cases,
            sum(people.n * people.n) as squares,
            count() as members
        from people
        cross join overall
    ),
    everybody as
    (
        select
            rate_of_all,
            rate_of_all * (1 - rate_of_all) as chance,
            cases - squares / cases - (members - 1) as room,
            if(
                chance = 0 or room <= 0,
                0,
                least(1, greatest(0, (spread / chance - (members - 1)) / room))
            ) as correlation,
            least(2000, greatest(1, 1 / greatest(correlation, 1e-9) - 1)) as weight
        from moments
    ),
    shown as
    (
        select
            if(people.n < 5, '(n < 5)', person) as who,
            count() as people_in_it,
            sum(people.passed) as passed,
            sum(people.n) as n
        from people
        group by who
    )
select
    who as person,
    people_in_it as people,
    passed,
    n,
    passed / n as rate,
    rate_of_all,
    (passed + rate_of_all * weight) / (n + weight) as shrunk,
    sqrt(shrunk * (1 - shrunk) / (n + weight + 1)) as deviation,
    if(deviation = 0, shrunk, 1 / (1 + exp(-(log(shrunk / (1 - shrunk)) - 1.6448536 * deviation / (shrunk * (1 - shrunk)))))) as low,
    if(deviation = 0, shrunk, 1 / (1 + exp(-(log(shrunk / (1 - shrunk)) + 1.6448536 * deviation / (shrunk * (1 - shrunk)))))) as high,
    greatest(0, rate_of_all - 1.9599640 * sqrt(rate_of_all * (1 - rate_of_all) / n)) as limit_95_low,
    least(1, rate_of_all + 1.9599640 * sqrt(rate_of_all * (1 - rate_of_all) / n)) as limit_95_high,
    greatest(0, rate_of_all - 3.0902323 * sqrt(rate_of_all * (1 - rate_of_all) / n)) as limit_998_low,
    least(1, rate_of_all + 3.0902323 * sqrt(rate_of_all * (1 - rate_of_all) / n)) as limit_998_high,
    n < 10 as thin
from shown
cross join everybody
