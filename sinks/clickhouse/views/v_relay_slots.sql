-- Every hiring slot of Career Relay: when it was granted, until when it can be reserved, how many candidates were offered for it, and
-- what became of it.
create or replace view v_relay_slots as
select
    tenant,
    slot,
    minIf(day, entry = 'granted') as granted,
    anyIf(due, entry = 'granted') as until,
    argMaxIf(account, seq * 1000 + line, amount > 0 and startsWith(account, 'slots.')) as account_now,
    substring(account_now, length('slots.') + 1) as state,
    argMaxIf(job_id, seq * 1000 + line, entry = 'reserved') as job_id,
    sumIf(amount, account = 'value.accrued') as accrued,
    sumIf(amount, account = 'value.recovered') as recovered,
    countIf(entry = 'offered') as offered
from relay_ledger final
where slot > 0
group by
    tenant,
    slot
having countIf(entry = 'granted') > 0
