"""Chart data of a breach: its value in windows that end a week apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from schemas.alerting.breach import Breach
from schemas.cells import Tally
from schemas.instants import day_number
from schemas.kpis.catalogue import definition_of
from schemas.kpis.definition import evaluate
from schemas.kpis.durations import sum_tallies

MIN_DECISIONS = 5  # fewest decisions of one person that are shown, as on the boards


@dataclass(frozen=True)
class Week:
    """The window that ended on `last`; `value` is None if unknown."""

    last: date
    value: float | None
    n: int


def window_weeks(
    breach: Breach, days: Mapping[int, Tally], week_ends: Sequence[date]
) -> list[Week]:
    """The breach's KPI in windows of `window_days` that end on these days, from the first window with cases.

    `days` are keyed by days since 1970-01-01.
    """
    kpi = definition_of(breach.kpi)
    weeks: list[Week] = []
    for last in week_ends:
        end = day_number(last)
        window = range(end - breach.window_days + 1, end + 1)
        measured = evaluate(kpi, sum_tallies(days.get(day, {}) for day in window))
        if weeks or measured.n > 0:
            suppressed = breach.personal and measured.n < MIN_DECISIONS
            weeks.append(Week(last, None if suppressed else measured.value, measured.n))
    return weeks
