"""Off target on simulated years, vectorised over series; the property tests hold it equal to the detector's fold."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from schemas.alerting.detectors.likelihood_ratios import ODDS_RATIOS

Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]
WEEKDAYS = 5


@dataclass(frozen=True)
class Alarms:
    """By series and day: whether an alarm opened, and whether one was open at the end of the day."""

    opened: Flags
    open: Flags


def decisions(
    rng: np.random.Generator, a_week: float, rates: NDArray[np.float64]
) -> tuple[Counts, Counts]:
    """Passes and decisions by series and day, spread over the weekdays; `rates` has the shape (series, days)."""
    a_day = a_week / WEEKDAYS
    weekday = np.arange(rates.shape[1]) % 7 < WEEKDAYS
    n = np.where(weekday, np.int64(a_day), 0) + (rng.random(rates.shape) < weekday * (a_day % 1))
    return rng.binomial(n, rates), n


def window_sums(values: Counts, window: int) -> Counts:
    """The sums over the `window` days that end on each day."""
    sums = np.cumsum(values, axis=1)
    sums[:, window:] -= sums[:, :-window].copy()
    return sums


def worse_probability(x: Counts, n: Counts, target: float, window: int) -> NDArray[np.float64]:
    """P(the rate is below the target | window) under the Jeffreys prior; -1 without cases."""
    xs, ns = window_sums(x, window), window_sums(n, window)
    top = int(ns.max(initial=0)) + 1
    passes, cases = np.meshgrid(np.arange(top), np.arange(top), indexing="ij")
    below = special.betainc(passes + 0.5, np.maximum(cases - passes, 0) + 0.5, target)
    return np.where(ns > 0, below[xs, ns], -1.0)


def budgeted(x: Counts, n: Counts, target: float, spent: float, window: int = 28) -> Alarms:
    """The budgeted Shiryaev–Roberts rule; `spent` is the share of the budget per series and day."""
    odds = target / (1 - target)
    worse = odds / np.array(ODDS_RATIOS) / (1 + odds / np.array(ODDS_RATIOS))
    hit, miss = np.log(worse / target), np.log((1 - worse) / (1 - target))
    probability = worse_probability(x, n, target, window)
    series, days = x.shape
    sums, open_ = np.zeros((series, len(worse))), np.zeros(series, bool)
    opened, was_open = np.zeros((series, days), bool), np.zeros((series, days), bool)
    for day in range(days):
        growth = np.exp(np.outer(x[:, day], hit) + np.outer(n[:, day] - x[:, day], miss))
        watched = probability[:, day] >= 0
        sums = np.where(watched[:, None], np.minimum((sums + spent) * growth, 1e9), sums)
        holds = probability[:, day] > 0.5
        opened[:, day] = ~open_ & holds & (sums.mean(axis=1) >= 1)
        closed = open_ & ~holds
        sums[closed] = 0.0
        open_ = (open_ & holds) | opened[:, day]
        was_open[:, day] = open_
    return Alarms(opened, was_open)


def jeffreys(
    x: Counts,
    n: Counts,
    target: float,
    *,
    confidence: float = 0.95,
    window: int = 28,
    minimum: int = 10,
) -> Alarms:
    """The rule of one look: open above the confidence with enough cases, close at one half, then a week of silence."""
    probability = worse_probability(x, n, target, window)
    enough = window_sums(n, window) >= minimum
    return hysteresis((probability > confidence) & enough, probability > 0.5, silence=7)


def hysteresis(opens: Flags, holds: Flags, silence: int = 0) -> Alarms:
    """Alarms that open on `opens` and stay open while `holds`; after an ending nothing opens for `silence` days."""
    series, days = opens.shape
    open_, quiet_until = np.zeros(series, bool), np.zeros(series, np.int64)
    opened, was_open = np.zeros((series, days), bool), np.zeros((series, days), bool)
    for day in range(days):
        closed = open_ & ~holds[:, day]
        quiet_until[closed] = day + silence
        opened[:, day] = ~open_ & opens[:, day] & (day >= quiet_until)
        open_ = (open_ & holds[:, day]) | opened[:, day]
        was_open[:, day] = open_
    return Alarms(opened, was_open)


def first_alarm(alarms: Alarms, after: int) -> NDArray[np.float64]:
    """Days from `after` until a series is in alarm; infinity if it never is."""
    open_ = alarms.open[:, after:]
    return np.where(open_.any(axis=1), open_.argmax(axis=1), np.inf)
