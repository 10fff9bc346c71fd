"""Sliding windows: the sums of one member's cells over the days up to each day."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from schemas.alerting.episodes import Judgement, Judging
from schemas.cells import Tally

# Judges the sums of a window; the flag states that all days of the window were counted.
WindowJudge = Callable[[Mapping[str, int], bool], Judgement]


class Window(NamedTuple):
    """The window that ends on `day`: its sums, whether all its days were counted, and whether it differs from the day before."""

    day: int
    sums: Mapping[str, int]
    whole: bool
    changed: bool


@dataclass(kw_only=True)
class _SlidingSums:
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


def sliding_windows(days: Mapping[int, Tally], length: int, as_of: int) -> Iterator[Window]:
    """The window of `length` days that ends on each day from the first cell to `as_of`; its sums are valid until the next."""
    if not days:
        return
    first = min(days)
    window = _SlidingSums(days=days, length=length)
    for day in range(first, as_of + 1):
        age = day - first + 1
        changed = window.slide(day) or age in (1, length)
        yield Window(day, window.sums, age >= length, changed)


def judge_windows(
    days: Mapping[int, Tally], length: int, as_of: int, judge: WindowJudge
) -> Judging:
    """Every day from the first cell to `as_of`, with the judgement of the `length` days that end on it."""
    judgement = None
    for window in sliding_windows(days, length, as_of):
        if window.changed or judgement is None:
            judgement = judge(window.sums, window.whole)
        yield window.day, judgement
