create view if not exists v_quarantined as
select *
from quarantined final
