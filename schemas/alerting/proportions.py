"""Shares of cases: probabilities and intervals of their posterior."""

from functools import lru_cache

from schemas.statistics.beta import jeffreys, jeffreys_interval

INTERVAL_LEVEL = 0.9  # of the interval shown next to a rate


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
