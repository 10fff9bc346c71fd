"""Service levels: how many wait longer than they may, day by day, from the cells of the days on which they began.

A case that began on day d and ended at age a is open on the days t with d ≤ t < d + a. With at most `limit` days allowed it is
overdue from day d + limit + 1 on; nobody has to wait for a timer, because the day alone decides.
"""

from collections import Counter
from collections.abc import Iterator, Mapping

from schemas.alerts import AlertRule
from schemas.cells import Tally
from schemas.offtarget import Judgement


def judged_waits(
    rule: AlertRule, days: Mapping[int, Tally], as_of: int
) -> Iterator[tuple[int, Judgement]]:
    """Every day from the first cell to `as_of`: the value is the number overdue, n the number who wait at all."""
    began, ended = _cases(rule, days)
    if not days:
        return
    first = min(days)
    late: Counter[int] = Counter()  # changes of the number overdue, by day
    left: dict[int, Counter[int]] = {}  # by day of ending: how many of which day of beginning
    for day, n in began.items():
        late[day + rule.limit + 1] += n
    for (day, age), n in ended.items():
        late[max(day + rule.limit + 1, day + age)] -= n
        left.setdefault(day + age, Counter())[day] += n
    open_: Counter[int] = Counter()
    overdue = waiting = 0
    oldest = first
    for today in range(first, as_of + 1):
        open_[today] += began.get(today, 0)
        waiting += began.get(today, 0)
        overdue += late[today]
        for day, n in left.get(today, {}).items():
            open_[day] -= n
            waiting -= n
        while oldest <= today and open_[oldest] <= 0:
            oldest += 1
        yield today, _judgement(rule, max(overdue, 0), max(waiting, 0), today - oldest)


def _judgement(rule: AlertRule, overdue: int, waiting: int, oldest: int) -> Judgement:
    worse = overdue > rule.allowed
    return Judgement(
        value=float(overdue),
        n=waiting,
        probability=None,
        worse=worse,
        holds=worse,
        oldest=max(oldest, 0) if waiting else None,
    )


def _cases(
    rule: AlertRule, days: Mapping[int, Tally]
) -> tuple[dict[int, int], dict[tuple[int, int], int]]:
    """Who began on which day, and who of them ended at which age, by whichever outcome."""
    kpi = rule.definition
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
