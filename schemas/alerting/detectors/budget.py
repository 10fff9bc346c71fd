"""The budget of a rule: how many false alarms a year, over all members that have cases."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

DAYS_A_YEAR = 365.0


@dataclass(frozen=True)
class MemberCounts:
    """How many members had cases in the window that ended on a day, as a step function: `counts[i]` holds from `days[i]` on."""

    days: tuple[int, ...] = ()
    counts: tuple[int, ...] = ()

    def on(self, day: int) -> int:
        """The number of members on that day, at least 1."""
        position = bisect_right(self.days, day) - 1
        return max(self.counts[position], 1) if position >= 0 else 1


def count_members(members: Mapping[str, Collection[int]], window_days: int) -> MemberCounts:
    """Count the members with cases in each window, given the days on which each had cases.

    A member without cases in the window is not watched that day: it spends nothing, and the others share its part.
    """
    changes: Counter[int] = Counter()
    for days in members.values():
        for first, end in _covered(sorted(days), window_days):
            changes[first] += 1
            changes[end] -= 1
    total, days_of_change, counts = 0, [], []
    for day in sorted(changes):
        total += changes[day]
        days_of_change.append(day)
        counts.append(total)
    return MemberCounts(tuple(days_of_change), tuple(counts))


def _covered(days: list[int], window_days: int) -> list[tuple[int, int]]:
    """The spans [first, end) of days whose window contains one of these sorted days."""
    spans: list[tuple[int, int]] = []
    for day in days:
        if spans and day <= spans[-1][1]:
            spans[-1] = (spans[-1][0], day + window_days)
        else:
            spans.append((day, day + window_days))
    return spans


def share_of_day(false_alarms_a_year: float, members: int) -> float:
    """The part of the budget that one member spends on one day: B/(365·m)."""
    return false_alarms_a_year / (DAYS_A_YEAR * members)
