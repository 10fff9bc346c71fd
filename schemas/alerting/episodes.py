"""Episodes: the days off target of one member, folded day by day from its cells and what was told before; pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from schemas.alerting.rules import AlertRule
from schemas.alerting.service_levels import judged_waits
from schemas.alerting.thresholds import Judgement, judge
from schemas.cells import Tally


@dataclass(frozen=True, kw_only=True)
class ReportedHistory:
    """What was told before, as local days since 1970-01-01. A fact that people were told is not untold by a little noise.

    On a day in `openings` the breach that was told opens as long as an open one would hold on, and on one in `endings` it
    ends unless it is off target again. Nothing new opens on a day in `blocked`.
    """

    openings: frozenset[int] = frozenset()
    endings: frozenset[int] = frozenset()
    blocked: frozenset[int] = frozenset()


@dataclass(kw_only=True)
class Episode:
    """From the day it opened to the day it ended, both included; open where `until` is None. `last` is of its last day."""

    opened: int
    name: int  # the day that names it: the first that was told, else `opened`
    last: Judgement
    until: int | None = None


@dataclass(kw_only=True)
class _Window:
    """The sums of the last days, of which some come and go every day."""

    days: Mapping[int, Tally]
    length: int
    sums: Tally = field(default_factory=dict)

    def slide(self, day: int) -> bool:
        """Move on to end on `day`, the one after the last; whether anything changed."""
        came, went = self.days.get(day), self.days.get(day - self.length)
        for tally, sign in ((came, 1), (went, -1)):
            for measure, n in (tally or {}).items():
                self.sums[measure] = self.sums.get(measure, 0) + sign * n
        return bool(came or went)


def judged(
    rule: AlertRule, days: Mapping[int, Tally], as_of: int
) -> Iterator[tuple[int, Judgement]]:
    """Every day from the first cell to `as_of`, with the judgement of the window that ends on it."""
    if rule.waits:
        yield from judged_waits(rule, days, as_of)
        return
    if not days:
        return
    first = min(days)
    window = _Window(days=days, length=rule.window_days)
    found = None
    for day in range(first, as_of + 1):
        whole = day - first + 1 >= rule.window_days
        turned = day - first + 1 == rule.window_days
        if window.slide(day) or turned or found is None:
            found = judge(rule, window.sums, whole=whole)
        yield day, found


def episodes(
    rule: AlertRule, days: Mapping[int, Tally], told: ReportedHistory, as_of: int
) -> list[Episode]:
    """The episodes up to `as_of`, in order. More days never change those before, as long as the cells stay."""
    found: list[Episode] = []
    open_: Episode | None = None
    free = -1  # the first day after a cool-down
    for day, now in judged(rule, days, as_of):
        if open_ is None:
            fresh = now.worse and day >= free and day not in told.blocked
            if fresh or (now.holds and day in told.openings):
                open_ = Episode(opened=day, name=day, last=now)
                found.append(open_)
        else:
            open_.last = now
            if not now.holds or (day in told.endings and not now.worse):
                open_.until, free = day, day + rule.cool_down
        if open_ is not None:
            if day in told.openings and open_.name not in told.openings:
                open_.name = day
            if open_.until is not None:
                open_ = None
    return found
