"""LMDI decomposition of the change in hires between two periods into volume and stage pass rates, without a residual.

Hires are N·Πp. LMDI (Ang 2005; reference §5.2): the contribution of a factor x is Λ(H1, H0)·ln(x1/x0) with the
logarithmic mean Λ(a, b) = (a − b)/ln(a/b), Λ(a, a) = a; the contributions sum to H1 − H0.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import log, log1p, prod

VOLUME = "volume"


@dataclass(frozen=True)
class FunnelPeriod:
    """One period: the number of entered cases and the pass rate of each stage, None if no case reached it."""

    volume: float
    rates: Mapping[str, float | None]


@dataclass(frozen=True)
class HiresDecomposition:
    """Hires N·Πp before and after, and the contribution of each factor to the change; the volume factor is `VOLUME`."""

    before: float
    after: float
    contributions: Mapping[str, float]


def decompose_hires(before: FunnelPeriod, after: FunnelPeriod) -> HiresDecomposition:
    """Decompose the change in hires.

    A stage not reached in one period takes the rate of the other period, so contributes 0. A zero is the limit of an ε → 0:
    a factor that falls to 0 contributes all of −H0, one that rises from 0 all of H1, and several share equally. If both
    periods have no hires, every contribution is 0.
    """
    factors = {VOLUME: (before.volume, after.volume)}
    for stage in {**before.rates, **after.rates}:
        factors[stage] = _rate_pair(before.rates.get(stage), after.rates.get(stage))
    hires = prod(old for old, _ in factors.values()), prod(new for _, new in factors.values())
    return HiresDecomposition(*hires, _contributions(factors, *hires))


def _contributions(
    factors: Mapping[str, tuple[float, float]], before: float, after: float
) -> dict[str, float]:
    """Compute Λ·ln(x1/x0), or its limit if a period has no hires."""
    if before > 0 and after > 0:
        mean = logarithmic_mean(after, before)
        return {name: mean * log(new / old) for name, (old, new) in factors.items()}
    zero = [name for name, (old, new) in factors.items() if (old > 0) != (new > 0)]
    share = (after - before) / len(zero) if zero else 0.0
    return {name: share if name in zero else 0.0 for name in factors}


def _rate_pair(old: float | None, new: float | None) -> tuple[float, float]:
    """Replace an unknown rate with the known one; if both are unknown, with 1, which has no effect."""
    if old is None:
        old = 1.0 if new is None else new
    return old, old if new is None else new


def logarithmic_mean(a: float, b: float) -> float:
    """Return Λ of two positive numbers; near a = b by a form that avoids cancellation."""
    if a == b:
        return a
    return (a - b) / (log1p((a - b) / b) if b / 2 < a < 2 * b else log(a / b))
