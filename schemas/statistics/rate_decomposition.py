"""Why a rate moved: its segments changed, or their shares did.

ΔR = Σ w̄_k·Δr_k (rate) + Σ (r̄_k − R̄)·Δw_k (mix), bars the means of both periods; exact (reference §5.2).
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Share:
    """Passes of n decisions in one segment."""

    passes: int
    n: int


@dataclass(frozen=True)
class Split:
    """The overall rate before and after, and its change by segment; `rate` + `mix` over all is the change.

    `simpson`: the overall rate went one way, the segments' own rates the other.
    """

    before: float
    after: float
    by_segment: Mapping[str, tuple[float, float]]

    @property
    def rate(self) -> float:
        """What the segments' own rates did."""
        return sum(rate for rate, _ in self.by_segment.values())

    @property
    def mix(self) -> float:
        """What the shares of the segments did."""
        return sum(mix for _, mix in self.by_segment.values())

    @property
    def simpson(self) -> bool:
        """The whole contradicts its parts, beyond rounding."""
        change = self.after - self.before
        return change * self.rate < 0 and min(abs(change), abs(self.rate)) > 1e-12


def split(before: Mapping[str, Share], after: Mapping[str, Share]) -> Split | None:
    """The decomposition; None if a period has no decisions.

    A segment without decisions in one period is taken to have had its other rate, so it moves the mix alone.
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
        old, new = before.get(name, Share(0, 0)), after.get(name, Share(0, 0))
        if old.n or new.n:
            (old_rate, new_rate), weights = _rates(old, new), (old.n / totals[0], new.n / totals[1])
            rate = (weights[0] + weights[1]) / 2 * (new_rate - old_rate)
            mix = ((old_rate + new_rate) / 2 - middle) * (weights[1] - weights[0])
            segments[name] = rate, mix
    return Split(*overall, segments)


def _rates(old: Share, new: Share) -> tuple[float, float]:
    """Both rates; at least one has decisions and lends its rate to the other."""
    old_rate = old.passes / old.n if old.n else new.passes / new.n
    return old_rate, new.passes / new.n if new.n else old_rate
