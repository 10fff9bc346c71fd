"""Kaplan–Meier estimate of the share of a cohort that remains at an age, with in-flight cases censored.

`S(t) = Π_{t_i ≤ t} (1 − d_i/n_i)`, every outcome is an event; retention is S over hires, time in stage is its median
(reference §2.3: the ages of in-flight cases are part of it).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import NormalDist

from schemas.statistics.triangle import LifeTableRow, Triangle, life_table

Z95 = NormalDist().inv_cdf(0.975)
ROUNDING_TOLERANCE = 1e-12  # a product equal to one half may come out slightly above it


@dataclass(frozen=True)
class Survival:
    """S after the events at `age`. `standard_error` is Greenwood's; `low` and `high` are the 95 % log-log interval.

    The bounds are None if S is 0 or 1: the transform is undefined there, which does not mean certainty.
    """

    age: int
    at_risk: int
    value: float
    standard_error: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Curve:
    """Steps by ascending age over `n` cases, `in_flight` of them unresolved; `follow_up` is the oldest observed age."""

    steps: tuple[Survival, ...]
    n: int
    in_flight: int
    follow_up: int
    corrected: int

    def at(self, age: int) -> Survival | None:
        """Return S at an age, or None beyond the last follow-up; once no case remains, S stays 0 and is known."""
        earlier = [step for step in self.steps if step.age <= age]
        latest = earlier[-1] if earlier else Survival(0, self.n, 1.0, 0.0, None, None)
        return None if age > self.follow_up and latest.value > 0 else latest

    @property
    def median(self) -> int | None:
        """The first age in days at which at least half of the cases have ended; None if not reached."""
        return next(
            (step.age for step in self.steps if step.value <= 0.5 + ROUNDING_TOLERANCE), None
        )


def kaplan_meier(triangle: Triangle, as_of: int) -> Curve | None:
    """Estimate the curve as known on day `as_of`; None if no case entered.

    Never raises; `schemas.statistics.triangle.life_table` corrects impossible data.
    """
    table = life_table(triangle, as_of)
    if not table.n:
        return None
    steps = tuple(_product_limit(row for row in table.rows if row.events))
    return Curve(steps, table.n, table.in_flight, table.rows[-1].age, table.corrected)


def median_with_inflight(triangle: Triangle, as_of: int) -> int | None:
    """Return the median days to an end, in-flight cases included; None if no case entered or fewer than half have ended."""
    curve = kaplan_meier(triangle, as_of)
    return curve.median if curve else None


def _product_limit(rows: Iterable[LifeTableRow]) -> Iterable[Survival]:
    """Yield the product-limit estimates with Greenwood's sum Σ d/(n(n − d))."""
    value, greenwood = 1.0, 0.0
    for row in rows:
        ended = sum(row.events.values())
        value *= (row.at_risk - ended) / row.at_risk
        if ended < row.at_risk:
            greenwood += ended / (row.at_risk * (row.at_risk - ended))
        low, high = _log_log_interval(value, greenwood)
        yield Survival(row.age, row.at_risk, value, value * sqrt(greenwood), low, high)


def _log_log_interval(value: float, greenwood: float) -> tuple[float, float] | tuple[None, None]:
    """Return S^exp(±z·√greenwood/ln S) (Kalbfleisch, Prentice 1980), always between 0 and 1."""
    if not 0 < value < 1:
        return None, None
    theta = Z95 * sqrt(greenwood) / log(value)  # below 0
    return value ** exp(-theta), value ** exp(theta)
