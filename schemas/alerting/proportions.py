"""Shares of cases: which KPIs have a posterior, and its probabilities and intervals."""

from functools import lru_cache

from schemas.kpis.definition import Kpi
from schemas.statistics.beta import jeffreys, jeffreys_interval

INTERVAL_LEVEL = 0.9  # of the interval shown next to a rate
# Offers that skipped the stage can push it above 100 %.
NOT_BINOMIAL = frozenset({"final_interview_offer_rate"})


def is_binomial(kpi: Kpi) -> bool:
    """Whether the KPI is a share of cases, which has a posterior; a ratio of two sums is not."""
    share = kpi.kind in {"ratio", "within"} and kpi.unit == "ratio" and not kpi.requires
    return share and kpi.id not in NOT_BINOMIAL


def numerator(value: float, n: int) -> int:
    """The numerator of a share; corrections in flight may briefly push it outside the range of its denominator."""
    return min(max(round(value * n), 0), n)


@lru_cache(maxsize=200_000)  # every late event re-judges the days of history
def probability_below(passed: int, n: int, rate: float) -> float:
    """The posterior probability that the rate behind `passed` of `n` cases is below `rate`."""
    return jeffreys(passed, n).cdf(rate)


@lru_cache(maxsize=10_000)
def credible_interval(passed: int, n: int) -> tuple[float, float]:
    """The Jeffreys interval at `INTERVAL_LEVEL`."""
    return jeffreys_interval(passed, n, INTERVAL_LEVEL)
