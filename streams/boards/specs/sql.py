"""SQL that several panels share: views of KPIs, and fragments of queries."""

from collections.abc import Iterable

from schemas.cells import Basis

# Fills empty periods between the first one with data and today.
WITH_FILL = {
    grain: f"with fill to addDays({{as_of:Date}}, 1) step interval 1 {grain}"
    for grain in ("week", "month")
}
VALUE_IN_UNITS = "if(unit = 'money', value / {minor:UInt32}, value)"
JOIN_JOB_TITLES = """
left join
(
    select job_id, argMax(job_name, time) as job_title
    from v_events
    where tenant = {tenant:String} and job_id != '' and job_name != ''
    group by job_id
) as jobs on jobs.job_id = found.member"""


def kpis_view(basis: Basis, dimension: str = "{dimension:String}") -> str:
    """Return the view of additive KPIs in the window."""
    return (
        f"v_kpis(tenant = {{tenant:String}}, dimension = {dimension}, basis = '{basis}', "
        "first = {first:Date}, last = {last:Date})"
    )


def series_view(basis: Basis, grain: str, dimension: str = "{dimension:String}") -> str:
    """Return the view of additive KPIs by period."""
    return (
        f"v_kpi_series(tenant = {{tenant:String}}, dimension = {dimension}, basis = '{basis}', "
        f"first = {{first:Date}}, last = {{last:Date}}, grain = '{grain}', fiscal_start = 4)"
    )


def durations_view(first: str, last: str) -> str:
    """Return the view of duration KPIs of cases that entered in those days."""
    return (
        "v_duration_kpis(tenant = {tenant:String}, dimension = {dimension:String}, "
        f"first = {first}, last = {last}, as_of = {{as_of:Date}})"
    )


def own_filter(dimension: str) -> str:
    """Return the condition that keeps the chosen member on a board filtered by the dimension of the rows."""
    return f"({{dimension:String}} != '{dimension}' or member = {{member:String}})"


def sql_list(ids: Iterable[str]) -> str:
    """Quote ids as an SQL list."""
    return ", ".join(f"'{id_}'" for id_ in ids)
