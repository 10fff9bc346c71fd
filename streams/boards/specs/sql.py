"""SQL that several panels share: views of KPIs, and fragments of queries."""

from collections.abc import Iterable

from schemas.cells import Basis

# Fills empty periods between the first one with data and today.
WITH_FILL = {
    grain: f"with fill to addDays({{as_of:Date}}, 1) step interval 1 {grain}"
    for grain in ("week", "month")
}
VALUE_IN_UNITS = "if(unit = 'money', value / {minor:UInt32}, value)"
# The names of members, of the dimension of their row.
MEMBER_NAMES = """
    select dimension as dimension_of_name, member as named, name as known_name
    from v_members
    where tenant = {tenant:String}"""
NAME_OF_MEMBER = "if(names.known_name = '', found.member, names.known_name)"
JOIN_NAMES = f"""
left join
({MEMBER_NAMES}
) as names on names.dimension_of_name = found.dimension and names.named = found.member"""


def join_names(dimension: str) -> str:
    """Return the join of `found` with the names of members of one dimension."""
    return f"""
left join
({MEMBER_NAMES} and dimension = '{dimension}'
) as names on names.named = found.member"""


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
