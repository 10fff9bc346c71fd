create view if not exists v_events as
select *
from candidate_events final
