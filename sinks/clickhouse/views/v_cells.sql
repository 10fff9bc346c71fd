-- Finished cells of the live epoch; of the first epoch while none is recorded. The measures of Career Relay are of no epoch.
-- All rows of a cell are in one partition, its month, so partitions need not be merged to find the newest row.
create or replace view v_cells as
select
    tenant,
    dimension,
    member,
    day,
    basis,
    measure,
    value
from
(
    select
        tenant,
        dimension,
        member,
        day,
        basis,
        measure,
        sum(epoch_cells.value) as value
    from epoch_cells final
    where epoch = (
        select max(number)
        from epochs final
        where state = 'live'
    )
    group by
        tenant,
        dimension,
        member,
        day,
        basis,
        measure
    having value != 0
    settings do_not_merge_across_partitions_select_final = 1
)
union all
select
    tenant,
    dimension,
    member,
    day,
    basis,
    measure,
    value
from v_relay_cells
