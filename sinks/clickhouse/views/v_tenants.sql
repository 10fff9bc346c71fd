-- The companies that a board can show, with the time zone of their days and the currency of their money.
create or replace view v_tenants as
select
    id,
    position,
    name,
    timezone,
    language,
    currency,
    minor,
    names
from tenants final
where version = (select max(version) from tenants)
