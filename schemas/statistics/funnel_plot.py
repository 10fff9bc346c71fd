"""Funnel limits: how far a member's rate may lie from the class's by chance alone.

Exact mid-p binomial limits, and over-dispersion after Spiegelhalter 2005 (reference §3.2): a plot with these limits is
shown in place of a league table.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, lgamma, log, log1p, sqrt

from schemas.statistics.beta import incomplete
from schemas.statistics.chi_square import exceeded

WARNING, ACTION = 0.95, 0.998
WINSORISED = 0.1  # of the z at either end, set to the next one inwards, so that outliers do not excuse themselves
SIGNIFICANT = 0.05


@dataclass(frozen=True)
class Limits:
    """Rates that chance explains, both ends included."""

    low: float
    high: float


@dataclass(frozen=True)
class Dispersion:
    """`phi` is the mean of z² after Winsorising; `p` the chance of as much or more if members differ by chance alone.

    `factor` widens the limits: √φ where φ is above 1 and significant, else 1.
    """

    phi: float
    p: float
    factor: float


def limits(n: int, rate: float, level: float, factor: float = 1.0) -> Limits:
    """The rates x/n whose mid-p tails, P(beyond x) + ½·P(x), both reach (1 − level)/2; widened around `rate` by `factor`.

    `n` is at least 1.
    """
    tail = (1 - level) / 2
    low = bisect_left(range(n), tail, key=lambda x: lower_tail(x, n, rate))
    high = n - bisect_left(range(n), tail, key=lambda y: lower_tail(y, n, 1 - rate))
    return Limits(
        max(0.0, rate - factor * (rate - low / n)), min(1.0, rate + factor * (high / n - rate))
    )


def lower_tail(passes: int, n: int, rate: float) -> float:
    """Mid-p: P(X < passes) + ½·P(X = passes) of a binomial."""
    if not 0 < rate < 1:
        certain = n if rate >= 1 else 0
        return 0.5 if passes == certain else float(passes > certain)
    point = exp(
        lgamma(n + 1)
        - lgamma(passes + 1)
        - lgamma(n - passes + 1)
        + passes * log(rate)
        + (n - passes) * log1p(-rate)
    )
    until = 1.0 if passes >= n else incomplete(n - passes, passes + 1, 1 - rate)
    return until - point / 2


def distance(observed: int, expected: float, variance: float) -> float | None:
    """Passes from expectation in standard deviations, (O − E)/√Σp̂(1 − p̂); None where nothing could vary."""
    return (observed - expected) / sqrt(variance) if variance > 0 else None


def dispersion(distances: Sequence[float]) -> Dispersion | None:
    """Whether members differ more than by chance: I·φ̂ against χ² of I degrees; None without members."""
    if not distances:
        return None
    ordered = sorted(distances)
    cut = int(WINSORISED * len(ordered))
    low, high = ordered[cut], ordered[-1 - cut]
    phi = sum(min(max(z, low), high) ** 2 for z in ordered) / len(ordered)
    p = exceeded(phi * len(ordered), len(ordered))
    return Dispersion(phi, p, sqrt(phi) if phi > 1 and p < SIGNIFICANT else 1.0)
