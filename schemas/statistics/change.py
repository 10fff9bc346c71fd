"""Whether a number changed more than chance explains: 90 % intervals of a difference of rates and of a ratio of counts."""

from dataclasses import dataclass
from math import inf, sqrt

from scipy import special

LEVEL = 0.9


@dataclass(frozen=True)
class Interval:
    """A closed interval."""

    low: float
    high: float

    def excludes(self, value: float) -> bool:
        """Whether the value lies outside."""
        return not self.low <= value <= self.high


def rate_difference(
    passes: int, n: int, passes_before: int, n_before: int, level: float = LEVEL
) -> Interval:
    """Return the interval of p − p_before by the hybrid score method (Newcombe 1998, method 10).

    All of −1 to 1 if either period has no cases.
    """
    if n == 0 or n_before == 0:
        return Interval(-1.0, 1.0)
    rate, before = passes / n, passes_before / n_before
    now, then = wilson(passes, n, level), wilson(passes_before, n_before, level)
    return Interval(
        rate - before - sqrt((rate - now.low) ** 2 + (then.high - before) ** 2),
        rate - before + sqrt((now.high - rate) ** 2 + (before - then.low) ** 2),
    )


def wilson(passes: int, n: int, level: float = LEVEL) -> Interval:
    """Return the score interval of a rate (Wilson 1927); `n` is above 0."""
    z = float(special.ndtri((1 + level) / 2))
    rate, weight = passes / n, z * z / n
    centre = (rate + weight / 2) / (1 + weight)
    half = z * sqrt(rate * (1 - rate) / n + weight / (4 * n)) / (1 + weight)
    return Interval(max(centre - half, 0.0), min(centre + half, 1.0))


def count_ratio(count: int, before: int) -> Interval:
    """Return the interval of λ ÷ λ_before of two Poisson counts over windows of equal length.

    Given their sum, the count is binomial (Przyborowski and Wilenski 1940); its exact interval (Clopper and Pearson 1934)
    becomes one of the ratio. From 0 to infinity if both counts are 0.
    """
    tail, total = (1 - LEVEL) / 2, count + before
    low = float(special.betaincinv(count, before + 1, tail)) if count else 0.0
    high = float(special.betaincinv(count + 1, before, 1 - tail)) if before else 1.0
    if total == 0:
        return Interval(0.0, inf)
    return Interval(low / (1 - low), high / (1 - high) if high < 1 else inf)
