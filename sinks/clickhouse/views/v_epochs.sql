-- The epochs as they are now; `changed` is when an epoch got its present state.
create or replace view v_epochs as
select
    number,
    state,
    facts,
    changed
from epochs final
