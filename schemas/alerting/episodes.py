"""Episodes: the days off target of one member, folded from its cells and the breaches reported before; pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from schemas.alerting.rules import AlertRule
from schemas.alerting.service_levels import judge_service_level
from schemas.alerting.thresholds import Judgement, judge
from schemas.cells import Tally


@dataclass(frozen=True, kw_only=True)
class ReportedHistory:
    """The breaches reported before, as local days since 1970-01-01. Slight noise does not retract a reported breach.

    On a day in `openings`, the reported breach opens under the condition that keeps an open one open; on a day in `endings`, it
    ends unless it is off target again. Nothing new opens on a day in `blocked`.
    """

    openings: frozenset[int] = frozenset()
    endings: frozenset[int] = frozenset()
    blocked: frozenset[int] = frozenset()


@dataclass(kw_only=True)
class Episode:
    """The span from the opening day to the ending day, both included; open while `until` is None. `last` judges its last day."""

    opened: int
    id_day: int  # the day its id is derived from: the first reported one, else `opened`
    last: Judgement
    until: int | None = None


@dataclass(kw_only=True)
class _Window:
    """The sums over a sliding window of days."""

    days: Mapping[int, Tally]
    length: int
    sums: Tally = field(default_factory=dict)

    def slide(self, day: int) -> bool:
        """Advance the window to end on `day`, the day after the previous end; return whether anything changed."""
        entering, leaving = self.days.get(day), self.days.get(day - self.length)
        for tally, sign in ((entering, 1), (leaving, -1)):
            for measure, n in (tally or {}).items():
                self.sums[measure] = self.sums.get(measure, 0) + sign * n
        return bool(entering or leaving)


def daily_judgements(
    rule: AlertRule, days: Mapping[int, Tally], as_of: int
) -> Iterator[tuple[int, Judgement]]:
    """Every day from the first cell to `as_of`, with the judgement of the window that ends on it."""
    if rule.is_service_level:
        yield from judge_service_level(rule, days, as_of)
        return
    if not days:
        return
    first = min(days)
    window = _Window(days=days, length=rule.window_days)
    judgement = None
    for day in range(first, as_of + 1):
        whole = day - first + 1 >= rule.window_days
        became_whole = day - first + 1 == rule.window_days
        if window.slide(day) or became_whole or judgement is None:
            judgement = judge(rule, window.sums, whole=whole)
        yield day, judgement


def find_episodes(
    rule: AlertRule, days: Mapping[int, Tally], history: ReportedHistory, as_of: int
) -> list[Episode]:
    """The episodes up to `as_of`, in order. Later days never change earlier episodes as long as the cells stay the same."""
    found_episodes: list[Episode] = []
    open_: Episode | None = None
    cool_down_end = -1  # the first day after a cool-down
    for day, now in daily_judgements(rule, days, as_of):
        if open_ is None:
            opens = now.off_target and day >= cool_down_end and day not in history.blocked
            if opens or (now.keeps_open and day in history.openings):
                open_ = Episode(opened=day, id_day=day, last=now)
                found_episodes.append(open_)
        else:
            open_.last = now
            if not now.keeps_open or (day in history.endings and not now.off_target):
                open_.until, cool_down_end = day, day + rule.cool_down
        if open_ is not None:
            if day in history.openings and open_.id_day not in history.openings:
                open_.id_day = day
            if open_.until is not None:
                open_ = None
    return found_episodes
