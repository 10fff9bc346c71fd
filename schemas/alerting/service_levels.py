"""Service levels: overdue cases per day, computed from the cells of the days on which the cases began.

A case that began on day d and ended at age a is open on the days t with d ≤ t < d + a. With at most `limit` days allowed, it is
overdue from day d + limit + 1 on; no timer is needed, because the day alone decides.
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
    """The cases waiting at the end of a day: how many are overdue, how many are open, and the longest wait in days."""

    overdue: int
    open: int
    oldest: int | None


def judge_service_level(
    rule: AlertRule, days: Mapping[int, Tally], as_of: int
) -> Iterator[tuple[int, Judgement]]:
    """Every day from the first cell to `as_of`: the value is the number of overdue cases, n the number of waiting cases."""
    for day, count in overdue_by_day(rule.definition, rule.max_wait_days, days, as_of):
        off_target = count.overdue > rule.allowed
        yield (
            day,
            Judgement(
                value=float(count.overdue),
                n=count.open,
                probability=None,
                off_target=off_target,
                keeps_open=off_target,
                oldest=count.oldest,
            ),
        )


def overdue_by_day(
    kpi: Kpi, limit: int, days: Mapping[int, Tally], as_of: int
) -> Iterator[tuple[int, OverdueCount]]:
    """The waiting cases at the end of every day from the first cell to `as_of`, with `limit` days allowed."""
    started, ended = _starts_and_ends(kpi, days)
    if not days:
        return
    first = min(days)
    overdue_changes: Counter[int] = Counter()  # changes of the overdue count, by day
    ended_on: dict[int, Counter[int]] = {}  # by ending day: cases per starting day
    for day, n in started.items():
        overdue_changes[day + limit + 1] += n
    for (day, age), n in ended.items():
        overdue_changes[max(day + limit + 1, day + age)] -= n
        ended_on.setdefault(day + age, Counter())[day] += n
    open_by_start: Counter[int] = Counter()
    overdue = total = 0
    oldest = first
    for today in range(first, as_of + 1):
        open_by_start[today] += started.get(today, 0)
        total += started.get(today, 0)
        overdue += overdue_changes[today]
        for day, n in ended_on.get(today, {}).items():
            open_by_start[day] -= n
            total -= n
        while oldest <= today and open_by_start[oldest] <= 0:
            oldest += 1
        longest = max(today - oldest, 0) if total > 0 else None
        yield today, OverdueCount(max(overdue, 0), max(total, 0), longest)


def _starts_and_ends(
    kpi: Kpi, days: Mapping[int, Tally]
) -> tuple[dict[int, int], dict[tuple[int, int], int]]:
    """Cases by starting day, and ended cases by starting day and age, with any outcome."""
    prefix = f"days.{kpi.of}."
    started: dict[int, int] = {}
    ended: dict[tuple[int, int], int] = {}
    for day, tally in days.items():
        for measure, n in tally.items():
            if measure == kpi.entered:
                started[day] = n
            elif measure.startswith(prefix):
                start_and_age = (day, int(measure.rpartition(".")[2]))
                ended[start_and_age] = ended.get(start_and_age, 0) + n
    return started, ended
