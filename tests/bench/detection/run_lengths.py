"""Average run lengths of classic control charts by Markov chains (Brook & Evans 1972), on standard normal data."""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm


def shewhart(shift: float, limit: float = 3.0) -> float:
    """Observations until one lies beyond `limit` standard deviations, the mean having shifted."""
    return float(1 / (norm.cdf(-limit - shift) + norm.sf(limit - shift)))


def cusum(shift: float, h: float, k: float = 0.5, states: int = 400) -> float:
    """Observations until the two-sided CUSUM alarms: 1/ARL = 1/ARL⁺ + 1/ARL⁻."""
    both = [_one_sided_cusum(signed, h, k, states) for signed in (shift, -shift)]
    return 1 / sum(1 / length for length in both)


def _one_sided_cusum(shift: float, h: float, k: float, states: int) -> float:
    width = 2 * h / (2 * states - 1)
    steps = np.arange(states)
    distance = (steps[None, :] - steps[:, None]) * width
    moves = norm.cdf(distance + width / 2 + k - shift) - norm.cdf(distance - width / 2 + k - shift)
    moves[:, 0] = norm.cdf(-steps * width + width / 2 + k - shift)
    return _run_length(moves, 0)


def ewma(shift: float, weight: float, limit: float, states: int = 301) -> float:
    """Observations until the EWMA is beyond `limit` of its asymptotic standard deviations."""
    h = limit * np.sqrt(weight / (2 - weight))
    width = 2 * h / states
    centres = -h + (np.arange(states) + 0.5) * width
    needed = (centres[None, :] - (1 - weight) * centres[:, None]) / weight - shift
    half = width / 2 / weight
    return _run_length(norm.cdf(needed + half) - norm.cdf(needed - half), states // 2)


def _run_length(moves: NDArray[np.float64], start: int) -> float:
    states = len(moves)
    return float(np.linalg.solve(np.eye(states) - moves, np.ones(states))[start])


def bernoulli_cusum(
    rng: np.random.Generator, rate: float, h: float = 4.48, base: float = 0.4, runs: int = 1_000
) -> float:
    """Mean decisions until the two-sided Bernoulli CUSUM for odds ratios of 2 and ½ alarms, simulated."""
    logs = []
    for ratio in (2.0, 0.5):
        odds = base / (1 - base) * ratio
        other = odds / (1 + odds)
        logs.append((np.log(other / base), np.log((1 - other) / (1 - base))))
    sums, lengths = np.zeros((2, runs)), np.zeros(runs)
    running = np.ones(runs, bool)
    while running.any():
        passed = rng.random(runs) < rate
        for row, (hit, miss) in zip(sums, logs, strict=True):
            row[:] = np.maximum(row + np.where(passed, hit, miss), 0)
        lengths += running
        running &= (sums < h).all(axis=0)
    return float(lengths.mean())
