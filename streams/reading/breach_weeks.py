"""The history of a breach at the ends of its last weeks."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from schemas.alerting.breach import Breach
from schemas.alerting.chart import Week
from schemas.alerting.kinds import kind_of
from schemas.alerting.rules import WATCHABLE_KPIS
from schemas.cells import Tally
from schemas.instants import day_number

WEEKS = 12
# From ClickHouse: the topic of cells would have to be read in full for one member of one KPI.
CELLS_QUERY = """
select day, measure, value
from v_cells
where tenant = {tenant:String}
    and dimension = {dimension:String}
    and member = {member:String}
    and basis in ('decision', {basis:String})
    and day between {first:Date} and {last:Date}
"""


def query_weeks(client: Any, breach: Breach) -> list[Week]:
    """The last weeks, oldest first, from the first with cases; empty for KPIs that cannot be watched."""
    if breach.kpi not in WATCHABLE_KPIS:
        return []
    kind = kind_of(breach)
    parameters = {
        "tenant": breach.tenant,
        "dimension": breach.dimension,
        "member": breach.member,
        "basis": kind.basis,
        "first": kind.chart_start(breach, _week_ends(breach)[0]),
        "last": breach.judged,
    }
    days: dict[date, Tally] = {}
    for day, name, value in client.query(CELLS_QUERY, parameters=parameters).result_rows:
        days.setdefault(day, {})[name] = int(value)
    return weekly_values(breach, days)


def weekly_values(breach: Breach, days: Mapping[date, Tally]) -> list[Week]:
    """Like `query_weeks`, from daily counts."""
    by_number = {day_number(day): tally for day, tally in days.items()}
    return kind_of(breach).chart_weeks(breach, by_number, _week_ends(breach))


def _week_ends(breach: Breach) -> list[date]:
    """The last days of the charted weeks; the last one is the day that was judged."""
    return [breach.judged - timedelta(days=7 * weeks_back) for weeks_back in reversed(range(WEEKS))]
