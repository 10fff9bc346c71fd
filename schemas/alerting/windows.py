"""Sliding windows: the sums of one member's cells over the days up to each day."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from schemas.alerting.episodes import Judgement, Judging
from schemas.cells import Tally

# Judges the sums of a window; the flag states that all days of the window were counted.
WindowJudge = Callable[[Mapping[str, int], bool], Judgement]


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


def judge_windows(
    days: Mapping[int, Tally], length: int, as_of: int, judge: WindowJudge
) -> Judging:
    """Every day from the first cell to `as_of`, with the judgement of the `length` days that end on it."""
    if not days:
        return
    first = min(days)
    window = _Window(days=days, length=length)
    judgement = None
    for day in range(first, as_of + 1):
        whole = day - first + 1 >= length
        became_whole = day - first + 1 == length
        if window.slide(day) or became_whole or judgement is None:
            judgement = judge(window.sums, whole)
        yield day, judgement
