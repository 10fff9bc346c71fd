"""What is expected of a member's cases: the log odds of each class from the other members, re-estimated day by day.

A class is the stage of a decision. Own cases are left out, so that a change of the member does not hide itself, and a change of
everybody moves the expectation along.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from schemas.cells import Tally
from schemas.kpis.definition import Kpi, evaluate, matching_measures

Days = Mapping[int, Tally]
Series = NDArray[np.float64]

MEMORY_DAYS = 84  # twelve weeks of the other members
ENOUGH_CASES = 100  # of a class; with fewer in twelve weeks, older ones count too
PARENT_WEIGHT = 20.0  # cases by which a class is drawn to the rate of all classes
DEFAULT_SPREAD = 0.5  # of members in log odds, while too few are there to estimate it
SPREADS = (
    0.25,
    0.5,
    0.75,
    1.0,
)  # the estimate is rounded up: a spread that is too small costs false alarms
MIN_MEMBERS = 5  # with cases, to estimate the spread
MIN_INFORMATION = 2.0  # Σ p(1 − p) of a member that tells anything about the spread


def classes_of(kpi: Kpi, tally: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """The cases of a share that count, and all, by class; a KPI without stages has one class."""
    if kpi.kind != "ratio":
        measured = evaluate(kpi, tally)
        return {"": (round((measured.value or 0) * measured.n), measured.n)} if measured.n else {}
    counts: dict[str, list[int]] = {}
    for position, names in enumerate((kpi.numerator, kpi.denominator)):
        for measure, n in matching_measures(tally, names):
            stage = measure.partition(".")[2]
            counts.setdefault(stage, [0, 0])[position] += n
    return {stage: (min(max(x, 0), n), n) for stage, (x, n) in counts.items() if n > 0}


@dataclass(frozen=True)
class ClassCounts:
    """By day, cases that count and all cases by class, each a series by day."""

    by_class: Mapping[str, tuple[Series, Series]]

    def minus(self, own: "ClassCounts") -> "ClassCounts":
        """The cases of the others; both have the same days."""
        nothing = (np.zeros(1), np.zeros(1))
        return ClassCounts(
            {
                name: (
                    x - own.by_class.get(name, nothing)[0],
                    n - own.by_class.get(name, nothing)[1],
                )
                for name, (x, n) in self.by_class.items()
            }
        )


def count_classes(kpi: Kpi, days: Days, first: int, as_of: int) -> ClassCounts:
    """The cases of one member from day `first` to `as_of`."""
    by_class: dict[str, tuple[Series, Series]] = {}
    length = as_of - first + 1
    for day, tally in days.items():
        if not first <= day <= as_of:
            continue
        for name, (x, n) in classes_of(kpi, tally).items():
            series = by_class.setdefault(name, (np.zeros(length), np.zeros(length)))
            series[0][day - first] += x
            series[1][day - first] += n
    return ClassCounts(by_class)


def add_up(members: list[ClassCounts]) -> ClassCounts:
    """The cases of all members; all have the same days."""
    totals: dict[str, tuple[Series, Series]] = {}
    for member in members:
        for name, (x, n) in member.by_class.items():
            if name in totals:
                totals[name][0][:] += x
                totals[name][1][:] += n
            else:
                totals[name] = (x.copy(), n.copy())
    return ClassCounts(totals)


def expected_log_odds(others: ClassCounts) -> dict[str, Series]:
    """By class the expected log odds on each day, from the last twelve weeks of the others up to that day."""
    if not others.by_class:
        return {}
    cumulated = {name: (np.cumsum(x), np.cumsum(n)) for name, (x, n) in others.by_class.items()}
    passes = sum(x for x, _ in cumulated.values())
    cases = sum(n for _, n in cumulated.values())
    parent = (passes + 1) / (cases + 2)
    expected: dict[str, Series] = {}
    for name, (x, n) in cumulated.items():
        start = _window_starts(n)
        recent_x, recent_n = x - _at(x, start), n - _at(n, start)
        rate = (recent_x + PARENT_WEIGHT * parent) / (recent_n + PARENT_WEIGHT)
        expected[name] = np.log(rate / (1 - rate))
    return expected


def _window_starts(cases: Series) -> NDArray[np.int64]:
    """The index before each day's window: twelve weeks back, or further until there are enough cases."""
    enough = np.searchsorted(cases, cases - ENOUGH_CASES, side="right") - 1
    return np.minimum(enough, np.arange(len(cases)) - MEMORY_DAYS)


def _at(cumulated: Series, index: NDArray[np.int64]) -> Series:
    return np.where(index >= 0, cumulated[np.maximum(index, 0)], 0.0)


def member_spread(members: Mapping[str, ClassCounts], leave_out: str) -> float:
    """The spread τ of the other members in log odds, from their observed less expected cases, rounded up."""
    rows = [row for name, row in _deviations(members).items() if name != leave_out]
    if len(rows) < MIN_MEMBERS:
        return DEFAULT_SPREAD
    weight = sum(v**2 for _, v in rows)
    variance = max(sum(deviation**2 - v for deviation, v in rows) / weight, 0.0)
    error = sqrt(sum(2 * (v + variance * v**2) ** 2 for _, v in rows)) / weight
    estimate = sqrt(variance + error / 2)
    return next((spread for spread in SPREADS if spread >= estimate), SPREADS[-1])


def _deviations(members: Mapping[str, ClassCounts]) -> dict[str, tuple[float, float]]:
    """By member Σ(x − n·p) and Σ n·p(1 − p), p being the rate of all members in the class."""
    totals: dict[str, list[float]] = {}
    for member in members.values():
        for name, (x, n) in member.by_class.items():
            sums = totals.setdefault(name, [0.0, 0.0])
            sums[0] += float(x.sum())
            sums[1] += float(n.sum())
    rates = {name: x / n for name, (x, n) in totals.items() if n}
    deviations = {}
    for name, member in members.items():
        deviation = variance = 0.0
        for stage, (x, n) in member.by_class.items():
            rate, cases = rates[stage], float(n.sum())
            deviation += float(x.sum()) - cases * rate
            variance += cases * rate * (1 - rate)
        if variance >= MIN_INFORMATION:
            deviations[name] = (deviation, variance)
    return deviations
