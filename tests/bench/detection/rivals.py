"""Rules that others use, on the same simulated series: two standard deviations, a static band, and detectors of libraries."""

from collections.abc import Callable
from importlib.util import find_spec

import numpy as np

from tests.bench.detection.off_target import Alarms, Counts, hysteresis, window_sums

MIN_CASES = 20
BASELINE_DAYS, WINDOW_DAYS = 90, 28


def _rates(x: Counts, n: Counts) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """By series and day: cases and rate of the window, and the rate of the 90 days before it."""
    xs, ns = window_sums(x, WINDOW_DAYS), window_sums(n, WINDOW_DAYS)
    long_x, long_n = (window_sums(values, BASELINE_DAYS + WINDOW_DAYS) for values in (x, n))
    rate = np.where(ns > 0, xs / np.maximum(ns, 1), np.nan)
    before = long_n - ns
    return ns, rate, np.where(before > 0, (long_x - xs) / np.maximum(before, 1), np.nan)


def two_deviations(x: Counts, n: Counts) -> Alarms:
    """Two standard deviations below the 90-day baseline, with at least 20 cases."""
    ns, rate, baseline = _rates(x, n)
    deviation = np.sqrt(baseline * (1 - baseline) / np.maximum(ns, 1))
    low = (rate < baseline - 2 * deviation) & (ns >= MIN_CASES)
    return hysteresis(low, low, silence=7)


def static_band(x: Counts, n: Counts) -> Alarms:
    """Fifteen points below the 90-day baseline, with at least 10 cases."""
    ns, rate, baseline = _rates(x, n)
    low = (rate < baseline - 0.15) & (ns >= MIN_CASES // 2)
    return hysteresis(low, low, silence=7)


def library_rules(target: float) -> dict[str, Callable[[Counts, Counts], Alarms]]:
    """The rules of the libraries that are installed; says which are not."""
    rules: dict[str, Callable[[Counts, Counts], Alarms]] = {}
    for name, of, why in (
        ("river", river_rules, "pip install river"),
        ("ville", lambda: ville_rules(target), "pip install ville"),
        ("expectation", dict, "it needs Python 3.12 or later"),
    ):
        if find_spec(name) is None or name == "expectation":
            print(f"NOT COMPARED: {name} ({why})")
        else:
            rules |= of()
    return rules


def ville_rules(target: float) -> dict[str, Callable[[Counts, Counts], Alarms]]:
    """The anytime-valid 95 % confidence sequence of ville, which opens once in a series, when all of it is below the target."""
    import ville

    def rule(x: Counts, n: Counts) -> Alarms:
        opened = np.zeros(x.shape, bool)
        order = np.random.default_rng(0)
        for series in range(x.shape[0]):
            outcomes, ends = _outcomes(x[series], n[series], order)
            upper = np.asarray(ville.BernoulliCS(alpha=0.05).fit(outcomes).upper_)
            below = np.flatnonzero(upper < target)
            if below.size:
                opened[series, np.searchsorted(ends, below[0], side="right")] = True
        return Alarms(opened, np.maximum.accumulate(opened, axis=1))

    return {"ville, 95 % confidence sequence": rule}


def _outcomes(
    x: np.ndarray, n: np.ndarray, order: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """The decisions of a series one after another, and how many there are up to each day."""
    days = [
        order.permutation(np.arange(cases) < passed) for passed, cases in zip(x, n, strict=True)
    ]
    return np.concatenate(days).astype(float), np.cumsum(n)


def river_rules() -> dict[str, Callable[[Counts, Counts], Alarms]]:
    """ADWIN and Page–Hinkley of river."""
    from river import drift

    def run(make: Callable[[], object]) -> Callable[[Counts, Counts], Alarms]:
        def rule(x: Counts, n: Counts) -> Alarms:
            opened = np.zeros(x.shape, bool)
            order = np.random.default_rng(0)
            for series in range(x.shape[0]):
                detector = make()
                for day in range(x.shape[1]):
                    passed = np.arange(n[series, day]) < x[series, day]
                    for outcome in order.permutation(passed):
                        detector.update(float(outcome))  # type: ignore[attr-defined]
                        opened[series, day] |= detector.drift_detected  # type: ignore[attr-defined]
            return Alarms(opened, opened)

        return rule

    return {"river ADWIN": run(drift.ADWIN), "river Page–Hinkley": run(drift.PageHinkley)}
