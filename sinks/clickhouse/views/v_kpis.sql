-- Every additive KPI of every member in one window. Parameters: tenant, dimension, basis, first and last (both included).
create or replace view v_kpis as
select
    member,
    kpi,
    ja,
    en,
    unit,
    better,
    minimum_n,
    n,
    value,
    thin
from v_kpi_series(
    tenant = {tenant:String},
    dimension = {dimension:String},
    basis = {basis:String},
    first = {first:Date},
    last = {last:Date},
    grain = 'all',
    fiscal_start = 4
)
