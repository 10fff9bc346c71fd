"""KPIs whose target is about a proportion of cases: shares themselves, and quantiles by the share beyond their limit."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from schemas.kpis.definition import Kpi, histogram, total
from schemas.planning.targets import Direction
from schemas.statistics.beta import jeffreys, jeffreys_interval

INTERVAL_LEVEL = 0.9  # of the interval shown next to a rate


@dataclass(frozen=True, kw_only=True)
class Proportion:
    """The cases that count among all cases of a KPI, and the share of them that exactly meets the target, 0 < target < 1.

    Of a histogram, the values that satisfy `counts` count.
    """

    kpi: Kpi
    target: float
    direction: Direction
    counts: Callable[[int], bool] | None = None

    def cases(self, tally: Mapping[str, int]) -> tuple[int, int]:
        """The cases that count, and all; on a single day the former may exceed the latter, if they count on other days."""
        if self.counts is None:
            return total(tally, self.kpi.numerator), total(tally, self.kpi.denominator)
        bars = histogram(tally, self.kpi.numerator)
        return sum(n for value, n in bars.items() if self.counts(value)), sum(bars.values())

    def probability_off_target(self, tally: Mapping[str, int]) -> float | None:
        """The posterior probability that the share behind these cases is worse than the target; None without cases."""
        count, n = self.cases(tally)
        if n <= 0:
            return None
        below = _probability_below(min(max(count, 0), n), n, self.target)
        return below if self.direction == "at_least" else 1 - below


def proportion_of(kpi: Kpi, target: float, direction: Direction) -> Proportion | None:
    """The proportion that a target in the KPI's own unit is about; None for counts and means.

    A quantile q is at most L when at most 1 − q of the cases are above L, and at least L when at most q are below it.
    """
    if kpi.is_share:
        within = None if kpi.kind == "ratio" else lambda value: value <= kpi.limit
        return Proportion(kpi=kpi, target=target, direction=direction, counts=within)
    if kpi.kind != "quantile":
        return None
    if direction == "at_most":
        return Proportion(
            kpi=kpi, target=1 - kpi.share, direction="at_most", counts=lambda value: value > target
        )
    return Proportion(
        kpi=kpi, target=kpi.share, direction="at_most", counts=lambda value: value < target
    )


@lru_cache(maxsize=200_000)  # every late event re-judges the days of history
def _probability_below(count: int, n: int, rate: float) -> float:
    return jeffreys(count, n).cdf(rate)


@lru_cache(maxsize=10_000)
def credible_interval(count: int, n: int) -> tuple[float, float]:
    """The Jeffreys interval at `INTERVAL_LEVEL`; `count` may briefly be outside 0 to n while corrections are in flight."""
    return jeffreys_interval(min(max(count, 0), n), n, INTERVAL_LEVEL)
