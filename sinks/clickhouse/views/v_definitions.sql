-- Every definition, shown beside its numbers.
create or replace view v_definitions as
select
    id,
    position,
    ja,
    en,
    explain_ja,
    explain_en,
    kind,
    unit,
    scale,
    share,
    upto,
    about,
    outcome,
    entered,
    bases,
    better,
    minimum_n,
    requires
from kpi_definitions final
where version = (select max(version) from kpi_definitions)
