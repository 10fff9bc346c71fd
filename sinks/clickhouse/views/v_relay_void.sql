-- How many persons do not count, by company and reason.
create or replace view v_relay_void as
select
    tenant,
    substring(account, length('persons.void.') + 1) as reason,
    sum(amount) as persons
from relay_ledger final
where startsWith(account, 'persons.void.')
group by
    tenant,
    reason
having persons != 0
