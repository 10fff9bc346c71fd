-- Counts of each connection, summed over all gateways and all their runs.
create or replace view v_connection_counts as
select
    tenant,
    connection,
    vendor,
    what,
    name,
    sum(total) as total,
    max(last) as last
from connection_counts final
group by
    tenant,
    connection,
    vendor,
    what,
    name
