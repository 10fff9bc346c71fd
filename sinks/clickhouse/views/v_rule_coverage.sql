-- What each alert rule with a budget sees of its members, and with an empty member the rule itself; used is how many alarms it raised in
-- the year up to today (UTC). Alarms that late events disproved were alarms all the same.
create or replace view v_rule_coverage as
select
    coverage.* except (version),
    ifNull(raised.n, 0) as used
from
(
    select *
    from rule_coverage final
    where version = (select max(version) from rule_coverage)
) as coverage
left join
(
    select
        tenant as whose,
        rule as named,
        count() as n
    from breaches final
    where opened > today() - 365
    group by tenant, rule
) as raised on raised.whose = coverage.tenant and raised.named = coverage.rule
