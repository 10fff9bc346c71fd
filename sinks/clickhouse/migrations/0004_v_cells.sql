-- Finished cells: the newest row of every source partition, summed over the partitions, zeros left out.
create view if not exists v_cells as
select
    tenant,
    dimension,
    member,
    day,
    basis,
    measure,
    sum(value) as value
from kpi_cells final
group by
    tenant,
    dimension,
    member,
    day,
    basis,
    measure
having value != 0
