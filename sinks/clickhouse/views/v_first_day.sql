-- The first day of which a tenant's numbers are known: that of its first application; null before it. Parameter: tenant.
create or replace view v_first_day as
select min(toNullable(day)) as day
from v_cells
where tenant = {tenant:String}
    and dimension = 'total'
    and basis = 'decision'
    and measure = 'applications'
