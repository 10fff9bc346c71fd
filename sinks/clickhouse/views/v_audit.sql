-- Who replayed, dropped, changed, acted on or erased what. An empty tenant concerns all of them.
create or replace view v_audit as
select
    tenant,
    at,
    who,
    action,
    subject,
    detail
from audit_log final
