-- The balance of Career Relay now, one row per company; money in minor units of its currency.
create or replace view v_relay_balance as
select
    tenant,
    sumIf(amount, startsWith(account, 'persons.progress.') or startsWith(account, 'persons.in_slots.')) as counted,
    sumIf(amount, account in ('persons.progress.candidate', 'persons.in_slots.candidate')) as verified,
    sumIf(amount, account in ('persons.progress.tenant', 'persons.in_slots.tenant')) as unverified,
    sumIf(amount, startsWith(account, 'persons.progress.')) as progress,
    10 - progress as missing,
    sumIf(amount, account in ('slots.open', 'slots.reserved', 'slots.redeemed', 'slots.expired')) as granted,
    sumIf(amount, account = 'slots.open') as open,
    sumIf(amount, account = 'slots.reserved') as reserved,
    sumIf(amount, account = 'slots.redeemed') as redeemed,
    sumIf(amount, account = 'slots.expired') as expired,
    sumIf(amount, account = 'slots.revoked') as revoked,
    sumIf(amount, account = 'value.accrued' and (tenant, unit) in (select id, currency from v_tenants)) as accrued,
    sumIf(amount, account = 'value.recovered' and (tenant, unit) in (select id, currency from v_tenants)) as recovered
from relay_ledger final
group by tenant
