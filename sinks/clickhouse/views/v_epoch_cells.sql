-- Finished cells of every epoch: the newest row of each source partition, summed over partitions, without zeros.
create or replace view v_epoch_cells as
select
    epoch,
    tenant,
    dimension,
    member,
    day,
    basis,
    measure,
    sum(value) as value
from epoch_cells final
group by
    epoch,
    tenant,
    dimension,
    member,
    day,
    basis,
    measure
having value != 0
