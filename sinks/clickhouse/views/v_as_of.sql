-- The instant of the last change that the numbers of the live epoch include. One row; 1970 while there are none.
create or replace view v_as_of as
select max(as_of) as as_of
from cell_flushes final
where epoch = (
    select max(number)
    from epochs final
    where state = 'live'
)
