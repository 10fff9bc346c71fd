"""Changed on simulated years of many people: the detector's own arithmetic over all people at once.

Tests hold it equal to the detector's fold, and the bench compares some years with the fold that runs live.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from schemas.alerting.detectors.predictive import (
    MOVES,
    OFFSETS,
    POINTS,
    condition,
    evidence_value,
    moved_weights,
    prior,
    spend,
)

SUPPRESSION_DAYS = 56


@dataclass(frozen=True)
class People:
    """Decisions by person and day in classes: `x` of `n` passed, the expected log odds, and the day of a change (-1: none)."""

    x: NDArray[np.int64]
    n: NDArray[np.int64]
    alpha: NDArray[np.float64]
    changed_on: NDArray[np.int64]


def alarms(people: People, spread: float, spent: float) -> NDArray[np.bool_]:
    """Whether a person's alarm opens on a day; after one nothing opens for eight weeks."""
    persons, days = people.x.shape
    weights = np.tile(prior(spread), (persons, 1))
    changed = {direction: np.zeros((persons, POINTS)) for direction in MOVES}
    opened, quiet_until = np.zeros((persons, days), bool), np.zeros(persons, np.int64)
    idle = 0  # days without decisions of anybody, whose budget is spent with the next
    for day in range(days):
        idle += 1
        if not people.n[:, day].any():
            continue
        spend(changed, moved_weights(weights), idle * spent)
        idle = 0
        odds = people.alpha[:, day, None] + OFFSETS
        logs = people.x[:, day, None] * odds - people.n[:, day, None] * np.logaddexp(0, odds)
        likelihood = np.exp(logs - logs.max(axis=1, keepdims=True))
        for direction, evidence in changed.items():
            changed[direction] = condition(evidence, weights, likelihood)
        weights = condition(weights, weights, likelihood)
        crossed = evidence_value(changed) >= 1
        opened[:, day] = crossed & (day >= quiet_until)
        quiet_until[crossed] = day + SUPPRESSION_DAYS
        after = sum(changed.values())[crossed]
        weights[crossed] = after / after.sum(axis=1, keepdims=True)
        for evidence in changed.values():
            evidence[crossed] = 0.0
    return opened
