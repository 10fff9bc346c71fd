"""The history of a breach at the ends of its last weeks, as a text chart."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from rich.cells import cell_len

from schemas.alerting.breach import Breach
from schemas.alerting.chart import Week
from schemas.alerting.kinds import kind_of
from schemas.alerting.rules import WATCHABLE_KPIS
from schemas.cells import Tally
from schemas.instants import day_number
from schemas.kpis.catalogue import BY_ID
from schemas.text.units import format_number

WEEKS = 12
WIDTH = 30
VALUE_WIDTH = 8
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


def draw_chart(breach: Breach, weeks: Sequence[Week]) -> list[str]:
    """One line per week: the day on which the window ended, a bar with the target marked, the value and its n."""
    if not weeks:
        return []
    kpi = BY_ID[breach.kpi]
    reference = kind_of(breach).reference_value(breach)
    scale_max = max([reference, *(week.value or 0 for week in weeks)], default=0)
    if scale_max <= 0:
        return []
    target_position = round(WIDTH * reference / scale_max)
    unit = kind_of(breach).chart_unit(breach)
    return [
        f"{week.last}  {_bar(week.value, scale_max, target_position)}  {_right_aligned(format_number(week.value, unit, breach.language))}"
        + ("" if kpi.kind == "count" or not kpi.counts_cases else f"  n = {week.n}")
        for week in weeks
    ]


def _right_aligned(text: str) -> str:
    """The text in `VALUE_WIDTH` columns of the terminal; Japanese characters take two."""
    return " " * (VALUE_WIDTH - cell_len(text)) + text


def _bar(value: float | None, scale_max: float, target_position: int) -> str:
    filled = round(WIDTH * max(0.0, value or 0) / scale_max)
    characters = ["█" if position < filled else " " for position in range(WIDTH + 1)]
    characters[target_position] = "┃" if target_position < filled else "┊"
    return "".join(characters)
