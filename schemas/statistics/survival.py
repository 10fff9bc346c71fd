"""Kaplan–Meier: the part of a cohort that is still there at an age, with those whose end is not known yet.

`S(t) = Π_{t_i ≤ t} (1 − d_i/n_i)`, every outcome an end; retention is S over hires, time in stage is its median
(reference §2.3: the ages of those in flight belong to it).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import NormalDist

from schemas.statistics.triangle import LifeTableRow, Triangle, life_table

Z95 = NormalDist().inv_cdf(0.975)
ROUNDING = 1e-12  # a product of fractions that is one half may come out a little above it


@dataclass(frozen=True)
class Survival:
    """S after the ends at `age`. `standard_error` is Greenwood's; `low` and `high` bound 95 % by the log-log transform.

    The bounds are None where S is 0 or 1: the transform has no value there, which is not certainty.
    """

    age: int
    at_risk: int
    value: float
    standard_error: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Curve:
    """Steps by ascending age over `n` cases, of which `in_flight` have no end; `follow_up` is the oldest age seen."""

    steps: tuple[Survival, ...]
    n: int
    in_flight: int
    follow_up: int
    mended: int

    def at(self, age: int) -> Survival | None:
        """S at an age, or None beyond the last follow-up; once nobody is left it stays 0 and is known."""
        until = [step for step in self.steps if step.age <= age]
        latest = until[-1] if until else Survival(0, self.n, 1.0, 0.0, None, None)
        return None if age > self.follow_up and latest.value > 0 else latest

    @property
    def median(self) -> int | None:
        """The first age in days at which half or more have ended; None if not reached."""
        return next((step.age for step in self.steps if step.value <= 0.5 + ROUNDING), None)


def kaplan_meier(triangle: Triangle, as_of: int) -> Curve | None:
    """The curve as known on day `as_of`; None if nobody entered.

    `schemas.statistics.triangle.life_table` says what becomes of impossible data; nothing here raises.
    """
    table = life_table(triangle, as_of)
    if not table.n:
        return None
    steps = tuple(_walk(row for row in table.rows if row.events))
    return Curve(steps, table.n, table.in_flight, table.rows[-1].age, table.mended)


def median_with_inflight(triangle: Triangle, as_of: int) -> int | None:
    """Median days to an end, those in flight counted with their age; None if nobody entered or half have not ended."""
    curve = kaplan_meier(triangle, as_of)
    return curve.median if curve else None


def _walk(rows: Iterable[LifeTableRow]) -> Iterable[Survival]:
    """Product of survivals, and Greenwood's sum Σ d/(n(n − d))."""
    value, greenwood = 1.0, 0.0
    for row in rows:
        ended = sum(row.events.values())
        value *= (row.at_risk - ended) / row.at_risk
        if ended < row.at_risk:
            greenwood += ended / (row.at_risk * (row.at_risk - ended))
        low, high = _log_log(value, greenwood)
        yield Survival(row.age, row.at_risk, value, value * sqrt(greenwood), low, high)


def _log_log(value: float, greenwood: float) -> tuple[float, float] | tuple[None, None]:
    """S^exp(±z·√greenwood/ln S) (Kalbfleisch, Prentice 1980), always inside 0 and 1."""
    if not 0 < value < 1:
        return None, None
    theta = Z95 * sqrt(greenwood) / log(value)  # below 0
    return value ** exp(-theta), value ** exp(theta)
