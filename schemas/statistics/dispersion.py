"""How much more hires vary from block to block of days than by chance, and whether the hire rate has changed lately."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from schemas.statistics.incidence import Incidence
from schemas.statistics.triangle import Triangle

HIRED = "hired"
BLOCK_DAYS = 30
MIN_BLOCKS = 4
MIN_EXPECTED = 0.5  # hires of a block that tells anything
RECENT_BLOCKS = 2
CHANGED_Z = 2.0


@dataclass(frozen=True)
class HireVariation:
    """`phi` is the Pearson dispersion of hires by block, at least 1; `changed` whether the latest blocks leave its range."""

    phi: float = 1.0
    changed: bool = False


def hire_variation(cases: Triangle, table: Incidence, as_of: int) -> HireVariation:
    """Compare the hires of each block of 30 days up to `as_of` with those that the ages of the open cases let expect."""
    observed, expected = _by_day(cases, table, as_of)
    blocks = len(observed) // BLOCK_DAYS
    rows = [
        (float(observed[part].sum()), float(expected[part].sum()))
        for block in range(blocks)
        for part in [
            slice(len(observed) - (block + 1) * BLOCK_DAYS, len(observed) - block * BLOCK_DAYS)
        ]
    ]
    rows = [row for row in rows if row[1] >= MIN_EXPECTED]
    if len(rows) < MIN_BLOCKS:
        return HireVariation()
    phi = max(1.0, _pearson(rows) / (len(rows) - 1))
    earlier, recent = rows[RECENT_BLOCKS:], rows[:RECENT_BLOCKS]
    calm = max(1.0, _pearson(earlier) / max(len(earlier) - 1, 1))
    hires, mean = (sum(column) for column in zip(*recent, strict=True))
    return HireVariation(phi, abs(hires - mean) > CHANGED_Z * sqrt(calm * mean))


def _pearson(rows: list[tuple[float, float]]) -> float:
    return sum((hires - mean) ** 2 / mean for hires, mean in rows)


def _by_day(
    cases: Triangle, table: Incidence, as_of: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Observed and expected hires by day from the first entry to `as_of`: open cases times the hire hazard of their ages."""
    days = [day for day, n in cases.entered.items() if n > 0 and day <= as_of]
    if not days:
        return np.zeros(0), np.zeros(0)
    first, length = min(days), as_of - min(days) + 1
    hazard = np.zeros(length)
    for step in table.steps:
        if step.age < length:
            hazard[step.age] = step.events.get(HIRED, 0) / step.at_risk
    ended, hired, entered = np.zeros((length, length)), np.zeros(length), np.zeros(length)
    for day in days:
        entered[day - first] = cases.entered[day]
    for (day, outcome, age), n in cases.resolved.items():
        if n > 0 and first <= day and age >= 0 and day + age <= as_of:
            ended[day - first, age] += n
            hired[day - first + age] += n * (outcome == HIRED)
    open_before = np.maximum(entered[:, None] - np.cumsum(ended, axis=1) + ended, 0.0)
    expected = np.zeros(length)
    for entry in range(length):
        ages = length - entry
        expected[entry:] += open_before[entry, :ages] * hazard[:ages]
    return hired, expected
