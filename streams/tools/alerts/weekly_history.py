"""How a breach came about: its KPI in the windows that ended a week apart, as a picture made of letters."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from schemas.alerting.breach import Breach
from schemas.alerting.messages import number
from schemas.alerting.rules import WATCHED
from schemas.alerting.service_levels import waiting
from schemas.cells import Tally
from schemas.instants import day_number
from schemas.kpis.catalogue import BY_ID
from schemas.kpis.definition import measure
from schemas.kpis.durations import summed

WEEKS = 12
WIDTH = 30
FEWEST = 5  # decisions of one person that are shown alone, as on the boards
# From ClickHouse and not from the topic of cells: that would be read whole, for one member of one KPI.
CELLS = """
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
    """The window that ended on `last`; `value` None where nothing is known of it."""

    last: date
    value: float | None
    n: int


def weeks(client: Any, breach: Breach) -> list[Week]:
    """The last windows, oldest first, from the first with cases on; none for what is not counted by the day of decision."""
    if breach.kpi not in WATCHED:
        return []
    since = breach.judged - timedelta(days=7 * (WEEKS - 1) + breach.window_days - 1)
    asked = {
        "tenant": breach.tenant,
        "dimension": breach.dimension,
        "member": breach.member,
        "basis": "decision" if breach.limit_days is None else "entry",
        "first": since if breach.limit_days is None else date(2000, 1, 1),
        "last": breach.judged,
    }
    days: dict[date, Tally] = {}
    for day, name, value in client.query(CELLS, parameters=asked).result_rows:
        days.setdefault(day, {})[name] = int(value)
    return windows(breach, days) if breach.limit_days is None else waits(breach, days)


def waits(breach: Breach, days: Mapping[date, Tally]) -> list[Week]:
    """Of a service level: how many had waited for too long at the end of each week, of how many who waited."""
    by_day = {day_number(day): tally for day, tally in days.items()}
    judged = dict(
        waiting(BY_ID[breach.kpi], breach.limit_days or 0, by_day, day_number(breach.judged))
    )
    lasts = (breach.judged - timedelta(days=7 * back) for back in reversed(range(WEEKS)))
    return [
        Week(last, float(found.overdue), found.open)
        for last in lasts
        if (found := judged.get(day_number(last))) is not None
    ]


def windows(breach: Breach, days: Mapping[date, Tally]) -> list[Week]:
    """As `weeks`, of what was counted by day."""
    kpi = BY_ID[breach.kpi]
    found: list[Week] = []
    for back in reversed(range(WEEKS)):
        last = breach.judged - timedelta(days=7 * back)
        within = (last - timedelta(days=before) for before in range(breach.window_days))
        got = measure(kpi, summed(days.get(day, {}) for day in within))
        if found or got.n > 0:
            hidden = breach.personal and got.n < FEWEST
            found.append(Week(last, None if hidden else got.value, got.n))
    return found


def picture(breach: Breach, found: Iterable[Week]) -> list[str]:
    """A line a week: the day on which the window ended, a bar with the target in it, the value and its n."""
    held = [*found]
    if not held:
        return []
    kpi = BY_ID[breach.kpi]
    most = max([breach.target, *(each.value or 0 for each in held)], default=0)
    if most <= 0:
        return []
    place = round(WIDTH * breach.target / most)
    unit = kpi.unit if breach.limit_days is None else "count"
    return [
        f"{each.last}  {_bar(each.value, most, place)}  {number(each.value, unit):>8}"
        + ("" if kpi.kind == "count" or not kpi.of_cases else f"  n = {each.n}")
        for each in held
    ]


def _bar(value: float | None, most: float, place: int) -> str:
    filled = round(WIDTH * max(0.0, value or 0) / most)
    drawn = ["█" if at < filled else " " for at in range(WIDTH + 1)]
    drawn[place] = "┃" if place < filled else "┊"
    return "".join(drawn)
