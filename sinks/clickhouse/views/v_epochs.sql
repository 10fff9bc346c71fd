-- The generations of all numbers as they are now: since `changed` an epoch is what its state says.
create or replace view v_epochs as
select
    number,
    state,
    facts,
    changed
from epochs final
