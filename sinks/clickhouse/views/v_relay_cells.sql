-- The measures of Career Relay by local day, for the company, its channels and its jobs, as the cells of KPIs are. Money is only
-- that in the company's currency. `relay.carried` and `relay.credit` are the gross fee of a slot's hire and the credit against it,
-- both only under the credit mode `gross`; `relay.payback` is what was recovered, as a negative cost.
create or replace view v_relay_cells as
select
    tenant,
    place.1 as dimension,
    place.2 as member,
    day,
    'decision' as basis,
    part.1 as measure,
    sum(part.2) as value
from
(
    select
        tenant,
        day,
        channel,
        job_id,
        arrayJoin(
            multiIf(
                measure = 'relay.recovered',
                [(measure, amount), ('relay.payback', -amount)],
                account = 'cost.carried',
                [('relay.carried', amount)],
                account = 'cost.credited',
                [('relay.credit', amount)],
                [(measure, amount)]
            )
        ) as part
    from relay_ledger final
    where (measure != '' or account in ('cost.carried', 'cost.credited'))
        and (
            unit in ('', 'person', 'slot')
            or (tenant, unit) in (select id, currency from v_tenants)
        )
)
array join [('total', 'all'), ('channel', channel), ('job', job_id)] as place
where place.2 != ''
group by
    tenant,
    dimension,
    member,
    day,
    measure
having value != 0
