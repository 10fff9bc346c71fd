"""How soon a change would be seen, by simulating the detectors in weekly steps; the median of many courses."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from schemas.alerting.detectors.likelihood_ratios import ODDS_RATIOS
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

Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]

DAYS_A_WEEK = 7
COURSES = 200  # simulated per answer; the median is then exact to about a tenth
HISTORY_WEEKS, HORIZON_WEEKS = 26, 52
MIN_WEEKLY_CASES = 2.0  # below, a change cannot be told from chance within a year
STEPS = 40  # of the search for the smallest change

# The median weeks until a change between two rates is seen; None if it cannot be found within a year.
WeeksUntilSeen = Callable[[float, float], float | None]


@dataclass(frozen=True)
class SmallestChange:
    """The smallest change of a rate that is seen within some weeks; `after` is None if there is none."""

    before: float
    after: float | None
    within_weeks: int


def smallest_change(
    weeks: WeeksUntilSeen, before: float, worst: float, within_weeks: int
) -> SmallestChange:
    """Search from `before` towards `worst` (0 or 1) for the first rate whose change is seen in time."""
    low, high = 0.0, 1.0
    in_time = _in_time(weeks(before, _between(before, worst, 1 - 1 / STEPS)), within_weeks)
    if not in_time:
        return SmallestChange(before, None, within_weeks)
    while high - low > 1 / STEPS:
        middle = (low + high) / 2
        seen = _in_time(weeks(before, _between(before, worst, middle)), within_weeks)
        low, high = (low, middle) if seen else (middle, high)
    return SmallestChange(before, _between(before, worst, high), within_weeks)


def _between(before: float, worst: float, share: float) -> float:
    return before + (worst - before) * share


def _in_time(weeks: float | None, within_weeks: int) -> bool:
    return weeks is not None and weeks <= within_weeks


# Takes the passes and decisions of a week by course, and returns which courses alarm; forgets an alarm's evidence.
WeekStep = Callable[[Counts, Counts], Flags]


@lru_cache(maxsize=10_000)
def weeks_off_target(
    target: float, rates: tuple[float, float], weekly: float, spent_a_day: float
) -> float | None:
    """The median weeks until a rate that moved is seen to be below its target (for upper limits, give complements)."""
    if weekly < MIN_WEEKLY_CASES or rates[1] >= target:
        return None
    odds = target / (1 - target) / np.array(ODDS_RATIOS)
    worse = odds / (1 + odds)
    hit, miss = np.log(worse / target), np.log((1 - worse) / (1 - target))
    sums = np.zeros((COURSES, len(worse)))

    def step(x: Counts, n: Counts) -> Flags:
        growth = np.exp(np.minimum(np.outer(x, hit) + np.outer(n - x, miss), 600.0))
        sums[:] = np.minimum((sums + DAYS_A_WEEK * spent_a_day) * growth, 1e9)
        crossed: Flags = sums.mean(axis=1) >= 1
        sums[crossed] = 0.0
        return crossed

    return _median_weeks(step, rates, weekly)


@lru_cache(maxsize=10_000)
def weeks_changed(
    spread: float, rates: tuple[float, float], weekly: float, spent_a_day: float
) -> float | None:
    """The median weeks until a rate that moved is seen to differ from its own past."""
    if weekly < MIN_WEEKLY_CASES or not 0 < rates[0] < 1:
        return None
    odds = logit(rates[0]) + OFFSETS
    weights = np.tile(prior(spread), (COURSES, 1))
    changed = {direction: np.zeros((COURSES, POINTS)) for direction in MOVES}

    def step(x: Counts, n: Counts) -> Flags:
        logs = np.outer(x, odds) - np.outer(n, np.logaddexp(0, odds))
        likelihood = np.exp(logs - logs.max(axis=1, keepdims=True))
        spend(changed, moved_weights(weights), DAYS_A_WEEK * spent_a_day)
        for direction, evidence in changed.items():
            changed[direction] = condition(evidence, weights, likelihood)
        weights[:] = condition(weights, weights, likelihood)
        crossed: Flags = evidence_value(changed) >= 1
        for evidence in changed.values():
            evidence[crossed] = 0.0
        return crossed

    return _median_weeks(step, rates, weekly)


def _median_weeks(step: WeekStep, rates: tuple[float, float], weekly: float) -> float | None:
    """The median over the courses of the first alarm after the change, always of the same random numbers."""
    rng = np.random.default_rng(0)
    seen = np.full(COURSES, np.inf)
    for week in range(-HISTORY_WEEKS, HORIZON_WEEKS):
        n = rng.poisson(weekly, COURSES)
        crossed = step(rng.binomial(n, rates[week >= 0]), n)
        if week >= 0:
            seen[crossed & np.isinf(seen)] = week + 1
    median = float(np.median(seen))
    return None if np.isinf(median) else median
