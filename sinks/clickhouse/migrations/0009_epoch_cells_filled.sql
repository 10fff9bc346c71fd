-- What was counted before epochs were recorded is epoch 0. Doing it twice changes nothing.
insert into epoch_cells
select
    0 as epoch,
    tenant,
    dimension,
    member,
    day,
    basis,
    measure,
    src_partition,
    value,
    version
from kpi_cells final
