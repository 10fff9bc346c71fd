"""Changed on simulated years of many people, vectorised over people; tests hold it equal to the detector's fold."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from schemas.alerting.detectors.predictive import MOVES, OFFSETS, POINTS, prior

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
    for day in range(days):
        for direction, move in MOVES.items():
            changed[direction] += spent * (weights @ move.T)
        busy = np.flatnonzero(people.n[:, day])
        if busy.size:
            odds = people.alpha[busy, day, None] + OFFSETS
            logs = people.x[busy, day, None] * odds - people.n[busy, day, None] * np.logaddexp(
                0, odds
            )
            likelihood = np.exp(logs - logs.max(axis=1, keepdims=True))
            mean = (weights[busy] * likelihood).sum(axis=1, keepdims=True)
            for evidence in (weights, *changed.values()):
                evidence[busy] *= likelihood / mean
        crossed = sum(evidence.sum(axis=1) for evidence in changed.values()) / 2 >= 1
        opened[:, day] = crossed & (day >= quiet_until)
        quiet_until[crossed] = day + SUPPRESSION_DAYS
        after = sum(changed.values())[crossed]
        weights[crossed] = after / after.sum(axis=1, keepdims=True)
        for evidence in changed.values():
            evidence[crossed] = 0.0
    return opened
