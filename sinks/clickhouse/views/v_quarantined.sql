create or replace view v_quarantined as
select *
from quarantined final
