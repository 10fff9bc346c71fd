"""Why a share moved: the segment whose own past says so, and how much of the change is rate and how much is mix; pure.

A segment is named only when its cases contradict its own shrunk past by more than searching among all segments does by chance, and
when the others of its dimension do not move as well. Otherwise there is no single segment.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import log, sqrt

from schemas.alerting.breach import Cause, Segment, Split
from schemas.alerting.detectors.proportions import Proportion
from schemas.cells import Tally
from schemas.kpis.durations import sum_tallies
from schemas.statistics.rate_decomposition import SegmentCounts, decompose_rate

Members = Mapping[tuple[str, str], Mapping[int, Tally]]  # cells by day, by dimension and member

PAST_DAYS = 365  # before the window, as a member's own past
PAST_WEIGHT = 20.0  # cases by which a member's past is drawn to that of its dimension
MARGIN = 0.9  # of the log likelihood ratio, beyond the logarithm of the number of segments
OTHERS_Z = 3.5  # standard errors by which the others may differ from their past, for a single segment to be the cause


@dataclass(frozen=True)
class SegmentPast:
    """The cases of a segment in the window, and the rate of its own past."""

    dimension: str
    member: str
    count: int
    n: int
    past_count: int
    past_n: int
    rate: float

    @property
    def variance(self) -> float:
        """The variance of the count, given that the past is only as certain as its cases."""
        past = max(self.past_n + PAST_WEIGHT, 1.0)
        return self.n * self.rate * (1 - self.rate) * (1 + self.n / past)


def find_cause(
    proportion: Proportion, members: Members, as_of: int, window_days: int, minimum_n: int
) -> Cause:
    """The cause of a share that is worse in the window that ends on `as_of`, among the members of other dimensions."""
    pasts = _pasts(proportion, members, as_of, window_days)
    if not pasts:
        return Cause()
    worse = 1 if proportion.direction == "at_most" else -1
    candidates = [(_log_ratio(past, worse), past) for past in pasts if past.n >= max(minimum_n, 1)]
    score, best = max(candidates, key=lambda row: row[0], default=(0.0, pasts[0]))
    searched = sum(past.n > 0 for past in pasts)
    single = score > log(max(searched, 1)) + MARGIN and not _others_moved(pasts, best, worse)
    return Cause(
        segment=_segment(best, worse) if single else None,
        split=_split(pasts, best.dimension),
        searched=searched,
    )


def _pasts(
    proportion: Proportion, members: Members, as_of: int, window_days: int
) -> list[SegmentPast]:
    first = as_of - window_days + 1
    counts: dict[tuple[str, str], tuple[int, int, int, int]] = {}
    for name, days in sorted(members.items()):
        now = sum_tallies(days.get(day, {}) for day in range(first, as_of + 1))
        past = sum_tallies(days.get(day, {}) for day in range(first - PAST_DAYS, first))
        counts[name] = (*proportion.cases(now), *proportion.cases(past))
    totals: dict[str, tuple[int, int]] = {}
    for (dimension, _), (_, _, past_count, past_n) in counts.items():
        x, n = totals.get(dimension, (0, 0))
        totals[dimension] = (x + past_count, n + past_n)
    return [
        SegmentPast(dimension, member, *row, _shrunk(row[2], row[3], totals[dimension]))
        for (dimension, member), row in counts.items()
        if row[1] + row[3] > 0 and totals[dimension][1] > 0
    ]


def _shrunk(count: int, n: int, total: tuple[int, int]) -> float:
    """The past rate of a member, drawn to its dimension's; strictly between 0 and 1."""
    overall = (total[0] + 0.5) / (total[1] + 1)
    rate = (count + PAST_WEIGHT * overall) / (n + PAST_WEIGHT)
    return min(max(rate, 1e-6), 1 - 1e-6)


def _log_ratio(past: SegmentPast, worse: int) -> float:
    """The signed log likelihood ratio of the window's own rate against the past, less the doubt about the past."""
    rate = past.count / past.n
    if (rate - past.rate) * worse <= 0:
        return 0.0
    ratio = _entropy(rate, past.rate) * past.n
    return ratio / (1 + past.n / (past.past_n + PAST_WEIGHT))


def _entropy(rate: float, expected: float) -> float:
    passed = rate * log(rate / expected) if rate > 0 else 0.0
    failed = (1 - rate) * log((1 - rate) / (1 - expected)) if rate < 1 else 0.0
    return passed + failed


def _others_moved(pasts: list[SegmentPast], best: SegmentPast, worse: int) -> bool:
    """Whether the other members of the dimension, taken together, contradict their pasts too."""
    others = [past for past in pasts if past.dimension == best.dimension and past != best]
    deviation = sum(past.count - past.n * past.rate for past in others) * worse
    variance = sum(past.variance for past in others)
    return variance > 0 and deviation / sqrt(variance) > OTHERS_Z


def _segment(past: SegmentPast, worse: int) -> Segment:
    return Segment(
        dimension=past.dimension,
        member=past.member,
        value=round(past.count / past.n, 6),
        n=past.n,
        missing=round((past.count - past.n * past.rate) * worse, 1),
        past=round(past.rate, 6),
    )


def _split(pasts: list[SegmentPast], dimension: str) -> Split | None:
    """The change against the past, split exactly into rates and mix of the dimension's members."""
    rows = [past for past in pasts if past.dimension == dimension]
    change = decompose_rate(
        {row.member: SegmentCounts(row.past_count, row.past_n) for row in rows},
        {row.member: SegmentCounts(row.count, row.n) for row in rows},
    )
    if change is None:
        return None
    return Split(
        dimension=dimension,
        before=round(change.before, 6),
        rate=round(change.rate, 6),
        mix=round(change.mix, 6),
    )
