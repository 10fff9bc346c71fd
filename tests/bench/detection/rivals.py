"""Rules that others use, on the same simulated series: two standard deviations, a static band, and river's drift detectors."""

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


def river_rules() -> dict[str, Callable[[Counts, Counts], Alarms]]:
    """ADWIN and Page–Hinkley of river, if it is installed."""
    if find_spec("river") is None:
        print("NOT COMPARED: river is not installed (pip install river) — ADWIN and Page–Hinkley")
        return {}
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
