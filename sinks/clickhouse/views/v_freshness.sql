-- What a live page polls: per tenant, a stamp that changes whenever a cell, the live epoch, a target, a breach or an action does, and
-- when the last event arrived. Versions are offsets, so their sum rises with everything that is written.
create or replace view v_freshness as
with
    (
        select max(number)
        from epochs final
        where state = 'live'
    ) as live,
    (
        select max(version)
        from targets
    ) as planned
select
    tenant,
    concat(toString(live), '.', toString(planned), '.', toString(sum(newest))) as stamp,
    max(heard) as heard
from
(
    select
        tenant,
        src_partition,
        max(version) as newest,
        toDateTime64(0, 3, 'UTC') as heard
    from epoch_cells
    where epoch = live
    group by tenant, src_partition
    union all
    select
        tenant,
        toUInt16(0) as src_partition,
        max(version) + 1 as newest,
        toDateTime64(0, 3, 'UTC') as heard
    from breaches
    group by tenant
    union all
    select
        tenant,
        toUInt16(0) as src_partition,
        max(version) + 1 as newest,
        toDateTime64(0, 3, 'UTC') as heard
    from breach_actions
    group by tenant
    union all
    select
        tenant,
        toUInt16(0) as src_partition,
        toUInt64(0) as newest,
        max(recordedtime) as heard
    from candidate_events
    group by tenant
)
group by tenant
