"""The history of a breach: its KPI in windows ending a week apart, as a text chart."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from rich.cells import cell_len

from schemas.alerting.breach import Breach
from schemas.alerting.rules import WATCHABLE_KPIS
from schemas.alerting.service_levels import overdue_by_day
from schemas.cells import Tally
from schemas.instants import day_number
from schemas.kpis.catalogue import BY_ID
from schemas.kpis.definition import evaluate
from schemas.kpis.durations import sum_tallies
from schemas.text.units import format_number

WEEKS = 12
WIDTH = 30
VALUE_WIDTH = 8
MIN_DECISIONS = 5  # fewest decisions of one person that are shown, as on the boards
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


@dataclass(frozen=True)
class Week:
    """The window that ended on `last`; `value` is None if unknown."""

    last: date
    value: float | None
    n: int


def query_weeks(client: Any, breach: Breach) -> list[Week]:
    """The last windows, oldest first, from the first with cases; empty for KPIs not counted by the day of the decision."""
    if breach.kpi not in WATCHABLE_KPIS:
        return []
    since = breach.judged - timedelta(days=7 * (WEEKS - 1) + breach.window_days - 1)
    parameters = {
        "tenant": breach.tenant,
        "dimension": breach.dimension,
        "member": breach.member,
        "basis": "decision" if breach.limit_days is None else "entry",
        "first": since if breach.limit_days is None else date(2000, 1, 1),
        "last": breach.judged,
    }
    days: dict[date, Tally] = {}
    for day, name, value in client.query(CELLS_QUERY, parameters=parameters).result_rows:
        days.setdefault(day, {})[name] = int(value)
    return kpi_weeks(breach, days) if breach.limit_days is None else overdue_weeks(breach, days)


def overdue_weeks(breach: Breach, days: Mapping[date, Tally]) -> list[Week]:
    """For a service level: how many cases were overdue at the end of each week, and how many were waiting."""
    by_day = {day_number(day): tally for day, tally in days.items()}
    count_by_day = dict(
        overdue_by_day(BY_ID[breach.kpi], breach.limit_days or 0, by_day, day_number(breach.judged))
    )
    week_ends = (
        breach.judged - timedelta(days=7 * weeks_back) for weeks_back in reversed(range(WEEKS))
    )
    return [
        Week(last, float(count.overdue), count.open)
        for last in week_ends
        if (count := count_by_day.get(day_number(last))) is not None
    ]


def kpi_weeks(breach: Breach, days: Mapping[date, Tally]) -> list[Week]:
    """Like `query_weeks`, from daily counts."""
    kpi = BY_ID[breach.kpi]
    weeks: list[Week] = []
    for weeks_back in reversed(range(WEEKS)):
        last = breach.judged - timedelta(days=7 * weeks_back)
        window = (last - timedelta(days=before) for before in range(breach.window_days))
        measured = evaluate(kpi, sum_tallies(days.get(day, {}) for day in window))
        if weeks or measured.n > 0:
            suppressed = breach.personal and measured.n < MIN_DECISIONS
            weeks.append(Week(last, None if suppressed else measured.value, measured.n))
    return weeks


def draw_chart(breach: Breach, weeks: Iterable[Week]) -> list[str]:
    """One line per week: the day on which the window ended, a bar with the target marked, the value and its n."""
    history = [*weeks]
    if not history:
        return []
    kpi = BY_ID[breach.kpi]
    scale_max = max([breach.target, *(week.value or 0 for week in history)], default=0)
    if scale_max <= 0:
        return []
    target_position = round(WIDTH * breach.target / scale_max)
    unit = kpi.unit if breach.limit_days is None else "count"
    return [
        f"{week.last}  {_bar(week.value, scale_max, target_position)}  {_right_aligned(format_number(week.value, unit, breach.language))}"
        + ("" if kpi.kind == "count" or not kpi.counts_cases else f"  n = {week.n}")
        for week in history
    ]


def _right_aligned(text: str) -> str:
    """The text in `VALUE_WIDTH` columns of the terminal; Japanese characters take two."""
    return " " * (VALUE_WIDTH - cell_len(text)) + text


def _bar(value: float | None, scale_max: float, target_position: int) -> str:
    filled = round(WIDTH * max(0.0, value or 0) / scale_max)
    characters = ["█" if position < filled else " " for position in range(WIDTH + 1)]
    characters[target_position] = "┃" if target_position < filled else "┊"
    return "".join(characters)
