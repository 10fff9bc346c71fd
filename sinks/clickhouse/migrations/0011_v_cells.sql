-- Finished cells of the live epoch; while none is recorded, of the first.
create or replace view v_cells as
select
    tenant,
    dimension,
    member,
    day,
    basis,
    measure,
    sum(value) as value
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
