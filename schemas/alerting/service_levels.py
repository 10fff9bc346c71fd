"""Service levels: how many wait longer than they may, day by day, from the cells of the days on which they began.

A case that began on day d and ended at age a is open on the days t with d ≤ t < d + a. With at most `limit` days allowed it is
overdue from day d + limit + 1 on; nobody has to wait for a timer, because the day alone decides.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from schemas.alerting.rules import AlertRule
from schemas.alerting.thresholds import Judgement
from schemas.cells import Tally
from schemas.kpis.definition import Kpi


@dataclass(frozen=True)
class OverdueCount:
    """Who waits at the end of a day: how many for too long, how many at all, and the longest wait in days."""

    overdue: int
    open: int
    oldest: int | None


def judged_waits(
    rule: AlertRule, days: Mapping[int, Tally], as_of: int
) -> Iterator[tuple[int, Judgement]]:
    """Every day from the first cell to `as_of`: the value is the number overdue, n the number who wait at all."""
    for day, found in waiting(rule.definition, rule.limit, days, as_of):
        worse = found.overdue > rule.allowed
        yield (
            day,
            Judgement(
                value=float(found.overdue),
                n=found.open,
                probability=None,
                worse=worse,
                holds=worse,
                oldest=found.oldest,
            ),
        )


def waiting(
    kpi: Kpi, limit: int, days: Mapping[int, Tally], as_of: int
) -> Iterator[tuple[int, OverdueCount]]:
    """Who waits at the end of every day from the first cell to `as_of`, where `limit` days are allowed."""
    began, ended = _cases(kpi, days)
    if not days:
        return
    first = min(days)
    late: Counter[int] = Counter()  # changes of the number overdue, by day
    left: dict[int, Counter[int]] = {}  # by day of ending: how many of which day of beginning
    for day, n in began.items():
        late[day + limit + 1] += n
    for (day, age), n in ended.items():
        late[max(day + limit + 1, day + age)] -= n
        left.setdefault(day + age, Counter())[day] += n
    open_: Counter[int] = Counter()
    overdue = total = 0
    oldest = first
    for today in range(first, as_of + 1):
        open_[today] += began.get(today, 0)
        total += began.get(today, 0)
        overdue += late[today]
        for day, n in left.get(today, {}).items():
            open_[day] -= n
            total -= n
        while oldest <= today and open_[oldest] <= 0:
            oldest += 1
        longest = max(today - oldest, 0) if total > 0 else None
        yield today, OverdueCount(max(overdue, 0), max(total, 0), longest)


def _cases(
    kpi: Kpi, days: Mapping[int, Tally]
) -> tuple[dict[int, int], dict[tuple[int, int], int]]:
    """Who began on which day, and who of them ended at which age, by whichever outcome."""
    prefix = f"days.{kpi.of}."
    began: dict[int, int] = {}
    ended: dict[tuple[int, int], int] = {}
    for day, tally in days.items():
        for measure, n in tally.items():
            if measure == kpi.entered:
                began[day] = n
            elif measure.startswith(prefix):
                at = (day, int(measure.rpartition(".")[2]))
                ended[at] = ended.get(at, 0) + n
    return began, ended
