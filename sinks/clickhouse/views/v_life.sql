-- Cohorts by age, including cases in flight: for each member and kind of duration the cases at risk, their outcomes at each age
-- (days), and the cases left. At equal ages ends come before censorings.
-- Parameters: tenant, dimension, first and last (local days of entering, both included), as_of (the day whose knowledge counts).
-- A case with the outcome unknown has no known age: it counts as never entered.
-- survival: Kaplan–Meier S after the age. incidence: Aalen–Johansen F of the outcome up to the age. An empty outcome is
-- the row of cases in flight. The cells are read once: both are windows over ages.
create or replace view v_life as
with
    kinds as (select distinct about, entered from v_definitions where about != ''),
    counted as
    (
        select member, measure, day, sum(value) as cases
        from v_cells
        where tenant = {tenant:String}
            and dimension = {dimension:String}
            and basis in ('decision', 'entry')
            and day between {first:Date} and least({last:Date}, {as_of:Date})
            and (basis = 'entry' or measure in (select entered from kinds))
        group by member, measure, day
        having cases > 0
    ),
    days as
    (
        select
            member,
            if(startsWith(measure, 'days.'), splitByChar('.', measure)[2], kinds.about) as about,
            day,
            groupArrayIf(
                (splitByChar('.', measure)[3], toInt32OrZero(splitByChar('.', measure)[4]), cases),
                kinds.about = ''
            ) as told,
            sumIf(cases, kinds.about != '') - arraySum(each -> if(each.1 = 'unknown', each.3, 0), told) as entered,
            arrayFilter(each -> each.1 != 'unknown' and addDays(day, each.2) <= {as_of:Date}, told) as known,
            entered - arraySum(each -> each.3, known) as open
        from counted
        left join kinds on kinds.entered = counted.measure
        group by member, about, day
    ),
    points as
    (
        select
            member,
            about,
            arrayJoin(
                if(open > 0, arrayPushBack(known, ('', toInt32(dateDiff('day', day, {as_of:Date})), open)), known)
            ) as point,
            point.1 as outcome,
            point.2 as age,
            sum(point.3) as cases
        from days
        group by member, about, point.1, point.2, outcome, age, point
    ),
    merged as
    (
        select member, about, outcome, age, sum(cases) as cases
        from points
        group by member, about, outcome, age
    ),
    risks as
    (
        select
            *,
            sum(cases) over whole as n,
            sum(if(outcome = '', cases, 0)) over whole as in_flight,
            max(age) over whole as follow_up,
            n - (sum(cases) over until - sum(cases) over same) as at_risk,
            sum(if(outcome = '', 0, cases)) over same as ended,
            count() over same as rows_of_age,
            log(1 - ended / at_risk) / rows_of_age as step
        from merged
        window
            whole as (partition by member, about),
            same as (partition by member, about, age),
            until as (partition by member, about order by age range between unbounded preceding and current row)
    ),
    survivals as
    (
        select
            *,
            exp(sum(step) over until) as survival,
            if(ended = at_risk, exp(sum(step) over earlier), survival / (1 - ended / at_risk)) as before
        from risks
        window
            until as (partition by member, about order by age range between unbounded preceding and current row),
            earlier as (partition by member, about order by age range between unbounded preceding and 1 preceding)
    )
select
    member,
    about,
    outcome,
    age,
    cases,
    at_risk,
    n,
    in_flight,
    follow_up,
    survival,
    if(
        outcome = '',
        0,
        sum(before * cases / at_risk) over
        (
            partition by member, about, outcome
            order by age
            rows between unbounded preceding and current row
        )
    ) as incidence
from survivals
