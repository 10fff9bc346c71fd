-- Whom a board can be asked about, in which zone their days are cut and what their money is counted in.
create or replace view v_tenants as
select
    id,
    position,
    name,
    timezone,
    language,
    currency,
    minor
from tenants final
where version = (select max(version) from tenants)
