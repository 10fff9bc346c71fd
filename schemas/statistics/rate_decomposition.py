"""Decomposition of a rate change into the effect of segment rates and of the segment mix.

ΔR = Σ w̄_k·Δr_k (rate) + Σ (r̄_k − R̄)·Δw_k (mix), bars are means of both periods; exact (reference §5.2).
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class SegmentCounts:
    """Passes of n decisions in one segment."""

    passes: int
    n: int


@dataclass(frozen=True)
class RateDecomposition:
    """The overall rate before and after, and (rate, mix) effects by segment, which sum to the change.

    `simpson`: the overall rate moved in the opposite direction to the segment rates.
    """

    before: float
    after: float
    by_segment: Mapping[str, tuple[float, float]]

    @property
    def rate(self) -> float:
        """The total effect of changes in segment rates."""
        return sum(rate for rate, _ in self.by_segment.values())

    @property
    def mix(self) -> float:
        """The total effect of changes in segment shares."""
        return sum(mix for _, mix in self.by_segment.values())

    @property
    def simpson(self) -> bool:
        """Whether the overall change contradicts the rate effect (Simpson's paradox), beyond rounding."""
        change = self.after - self.before
        return change * self.rate < 0 and min(abs(change), abs(self.rate)) > 1e-12


def decompose_rate(
    before: Mapping[str, SegmentCounts], after: Mapping[str, SegmentCounts]
) -> RateDecomposition | None:
    """Decompose the rate change; None if a period has no decisions.

    A segment without decisions in one period takes its rate from the other period, so it affects only the mix.
    """
    totals = sum(share.n for share in before.values()), sum(share.n for share in after.values())
    if not all(totals):
        return None
    overall = (
        sum(share.passes for share in before.values()) / totals[0],
        sum(share.passes for share in after.values()) / totals[1],
    )
    middle = sum(overall) / 2
    segments: dict[str, tuple[float, float]] = {}
    for name in {**before, **after}:
        old, new = before.get(name, SegmentCounts(0, 0)), after.get(name, SegmentCounts(0, 0))
        if old.n or new.n:
            (old_rate, new_rate), weights = _rates(old, new), (old.n / totals[0], new.n / totals[1])
            rate = (weights[0] + weights[1]) / 2 * (new_rate - old_rate)
            mix = ((old_rate + new_rate) / 2 - middle) * (weights[1] - weights[0])
            segments[name] = rate, mix
    return RateDecomposition(*overall, segments)


def _rates(old: SegmentCounts, new: SegmentCounts) -> tuple[float, float]:
    """Return both rates; a period without decisions takes the rate of the other one."""
    old_rate = old.passes / old.n if old.n else new.passes / new.n
    return old_rate, new.passes / new.n if new.n else old_rate
