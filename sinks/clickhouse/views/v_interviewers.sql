-- Interviewers compared by what the others do at the same stages (schemas/statistics/comparison.py does the same exactly).
-- Parameters: tenant, milestone (empty: the main line, as stage_pass_rate), first and last (local days of the decision, both included).
-- Interviewers with fewer than 5 decisions are not shown individually (k-anonymity): together they are one row, `(n < 5)`. A single
-- one takes the next smallest along, and where nobody else decides there is no row.
-- expected: the passes of the others at the same stages ÷ n. adjusted: the rate less what its stages explain. shrunk: posterior mean
-- of the adjusted rate under a beta-binomial, integrated over a grid of means and concentrations with a flat prior on the members'
-- spread; low and high: 90 %, normal on the logit scale. Limits: overall rate ± z·√(φ·(variance + doubt about the expected)) ÷ n at
-- 95 % and 99.8 %, φ after 10 % Winsorising where it is significant (Spiegelhalter 2005).
create or replace view v_interviewers as
with
    (
        with
            decisions as
            (
                select
                    member as person,
                    splitByChar('.', measure)[2] as stage,
                    sumIf(value, startsWith(measure, 'passed.')) as passes,
                    sum(value) as cases
                from v_cells
                where tenant = {tenant:String}
                    and dimension = 'interviewer'
                    and basis = 'decision'
                    and day between {first:Date} and {last:Date}
                    and splitByChar('.', measure)[1] in ('passed', 'failed')
                    and if(
                        {milestone:String} = '',
                        stage not in ('casual', 'assessment', 'reference', 'unmapped'),
                        stage = {milestone:String}
                    )
                group by person, stage
                having cases > 0
            ),
            sizes as
            (
                select
                    person,
                    sum(cases) as own_cases,
                    row_number() over (order by own_cases, person) as place,
                    countIf(own_cases < 5) over () as few
                from decisions
                group by person
            ),
            grouped as
            (
                select
                    if(sizes.few > 0 and sizes.place <= greatest(sizes.few, 2), '(n < 5)', decisions.person) as who,
                    decisions.stage as stage,
                    sum(decisions.passes) as passes,
                    sum(decisions.cases) as cases,
                    groupUniqArray(decisions.person) as persons
                from decisions
                inner join sizes on sizes.person = decisions.person
                group by who, stage
            ),
            of_stages as
            (
                select
                    *,
                    sum(passes) over (partition by stage) as stage_passes,
                    sum(cases) over (partition by stage) as stage_cases,
                    sum(passes) over (partition by who) as own_passes,
                    sum(cases) over (partition by who) as own_cases,
                    sum(passes) over () as all_passes,
                    sum(cases) over () as all_cases,
                    (all_passes - own_passes + 0.5) / (all_cases - own_cases + 1) as parent,
                    stage_cases - cases + 2 as others,
                    (stage_passes - passes + 2 * parent) / others as rate
                from grouped
            ),
            members as
            (
                select
                    who,
                    length(arrayDistinct(arrayFlatten(groupArray(persons)))) as people,
                    any(own_passes) as passed,
                    any(own_cases) as n,
                    any(all_passes) / any(all_cases) as rate_of_all,
                    sum(of_stages.cases * stage_passes / stage_cases) as baseline,
                    sum(of_stages.cases * rate) as expected_passes,
                    sum(of_stages.cases * rate * (1 - rate)) as variance,
                    sum(of_stages.cases * of_stages.cases * rate * (1 - rate) / others) as doubt,
                    least(toFloat64(n), greatest(0, passed - baseline + n * rate_of_all)) as adjusted_passes
                from of_stages
                group by who
                having people > 1 or who != '(n < 5)'
            )
        select groupArray((who, people, passed, n, rate_of_all, expected_passes, variance, doubt, adjusted_passes))
        from members
    ) as computed,
    members as
    (
        select
            row.1 as who,
            row.2 as people,
            row.3 as passed,
            row.4 as n,
            row.5 as rate_of_all,
            row.6 as expected_passes,
            row.7 as variance,
            row.8 as doubt,
            row.9 as adjusted_passes
        from
        (
            select arrayJoin(computed) as row
        )
    ),
    scores as
    (
        select
            arraySort(groupArray((passed - expected_passes) / sqrt(variance + doubt))) as z,
            length(z) as size,
            intDiv(size, 10) as cut,
            arrayAvg(arrayMap(score -> pow(least(z[size - cut], greatest(z[1 + cut], score)), 2), z)) as phi,
            (pow(phi, 1 / 3) - (1 - 2 / (9 * size))) / sqrt(2 / (9 * size)) as significance,
            if(phi > 1 and significance > 1.645, sqrt(phi), 1) as factor
        from members
        where variance > 0
    ),
    priors as
    (
        select
            mean,
            concentration,
            mean * concentration as a,
            (1 - mean) * concentration as b
        from
        (
            select
                arrayJoin(range(1, 100)) / 100 as mean,
                0.1 * pow(least(2000, 1 + total * (1 - 1 / size)) / 0.1, arrayJoin(range(16)) / 15) as concentration
            from
            (
                select sum(n) as total, count() as size
                from members
            )
        )
    ),
    heights as
    (
        select
            mean,
            concentration,
            any(a) as prior_passes,
            sum(
                lgamma(adjusted_passes + a) + lgamma(n - adjusted_passes + b) - lgamma(n + concentration)
                - lgamma(a) - lgamma(b) + lgamma(concentration)
            ) - log(concentration) / 2 as height
        from priors
        cross join members
        group by mean, concentration
    ),
    weights as
    (
        select
            prior_passes,
            concentration,
            exp(height - max(height) over ()) as weight
        from heights
    ),
    posteriors as
    (
        select
            who,
            sum(weight * (adjusted_passes + prior_passes) / (n + concentration)) / sum(weight) as shrunk,
            sum(weight * pow((adjusted_passes + prior_passes) / (n + concentration), 2)) / sum(weight) as mean_square,
            sum(
                weight * (adjusted_passes + prior_passes) * (n + concentration - adjusted_passes - prior_passes)
                / pow(n + concentration, 2) / (n + concentration + 1)
            ) / sum(weight) as within,
            sqrt(within + mean_square - shrunk * shrunk) as deviation
        from members
        cross join weights
        where weight > 1e-6
        group by who
    )
select
    members.who as person,
    people,
    passed,
    n,
    passed / n as rate,
    rate_of_all,
    expected_passes / n as expected,
    rate_of_all + (passed - expected_passes) / n as adjusted,
    shrunk,
    deviation,
    1 / (1 + exp(-(log(shrunk / (1 - shrunk)) - 1.6448536 * deviation / (shrunk * (1 - shrunk))))) as low,
    1 / (1 + exp(-(log(shrunk / (1 - shrunk)) + 1.6448536 * deviation / (shrunk * (1 - shrunk))))) as high,
    factor * sqrt(variance + doubt) / n as spread,
    greatest(0, rate_of_all - 1.9599640 * spread) as limit_95_low,
    least(1, rate_of_all + 1.9599640 * spread) as limit_95_high,
    greatest(0, rate_of_all - 3.0902323 * spread) as limit_998_low,
    least(1, rate_of_all + 3.0902323 * spread) as limit_998_high,
    n < 10 as thin
from members
inner join posteriors on posteriors.who = members.who
cross join scores
