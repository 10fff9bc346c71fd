-- Breaches as they are now, for boards; told to ended is also the span of an annotation. body is the record as JSON.
create or replace view v_breaches as
select
    breaches.* except (ending, version),
    nullIf(ending, '') as ending,
    state != 'resolved' as active,
    v_definitions.ja as ja,
    v_definitions.en as en,
    v_definitions.unit as unit
from breaches final
left join v_definitions on v_definitions.id = breaches.kpi
