create or replace view v_events as
select *
from candidate_events final
