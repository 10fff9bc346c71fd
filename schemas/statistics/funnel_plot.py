"""Funnel plot limits: how far chance alone moves a member's rate from the group rate.

Exact mid-p binomial limits, and overdispersion after Spiegelhalter 2005 (reference §3.2); a plot with these limits
replaces a league table.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from scipy import special

WARNING, ACTION = 0.95, 0.998
WINSORISED_SHARE = 0.1  # of the z scores at either end, so that outliers do not inflate the dispersion that judges them
SIGNIFICANCE_LEVEL = 0.05


@dataclass(frozen=True)
class Limits:
    """The range of rates that chance explains, both ends included."""

    low: float
    high: float


@dataclass(frozen=True)
class Dispersion:
    """`phi` is the mean of z² after Winsorising; `p` is its p-value if members differ by chance alone.

    `factor` widens the limits: √φ if φ is above 1 and significant, else 1.
    """

    phi: float
    p: float
    factor: float


def limits(n: int, rate: float, level: float, factor: float = 1.0, *, own: float = 0.5) -> Limits:
    """Return the rates x/n whose tails, P(beyond x) + `own`·P(x), both reach (1 − level)/2.

    With `own` ½ these are mid-p limits, with 1 exact ones, which flag at most 1 − level by chance. `factor` widens the limits
    around `rate`. `n` is at least 1.
    """
    tail = (1 - level) / 2
    low = bisect_left(range(n), tail, key=lambda x: lower_tail(x, n, rate, own))
    high = n - bisect_left(range(n), tail, key=lambda y: lower_tail(y, n, 1 - rate, own))
    return Limits(
        max(0.0, rate - factor * (rate - low / n)), min(1.0, rate + factor * (high / n - rate))
    )


def lower_tail(passes: int, n: int, rate: float, own: float = 0.5) -> float:
    """Return P(X < passes) + `own`·P(X = passes) of a binomial, by default the mid-p value."""
    below = special.bdtr(passes - 1, n, rate) if passes else 0.0
    return float(below + own * (special.bdtr(passes, n, rate) - below))


def z_score(observed: int, expected: float, variance: float) -> float | None:
    """Return (O − E)/√Σp̂(1 − p̂), or None if the variance is 0."""
    return (observed - expected) / sqrt(variance) if variance > 0 else None


def dispersion(z_scores: Sequence[float]) -> Dispersion | None:
    """Test whether members differ more than by chance: I·φ̂ against χ² with I degrees; None without members."""
    if not z_scores:
        return None
    ordered = sorted(z_scores)
    cut = int(WINSORISED_SHARE * len(ordered))
    low, high = ordered[cut], ordered[-1 - cut]
    phi = sum(min(max(z, low), high) ** 2 for z in ordered) / len(ordered)
    p = float(special.chdtrc(len(ordered), phi * len(ordered)))
    return Dispersion(phi, p, sqrt(phi) if phi > 1 and p < SIGNIFICANCE_LEVEL else 1.0)
