"""Tests of the Kaplan–Meier estimate against the literature and lifelines."""

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from lifelines import KaplanMeierFitter

from schemas.statistics.survival import Curve, Survival, kaplan_meier, median_with_inflight
from schemas.statistics.triangle import Triangle
from tests.schemas.statistics.cohorts import AS_OF, CASES, Case, observed, triangle

# Freireich et al. 1963, the 21 patients of the treated arm: weeks of remission, censored if still in remission.
REMISSION = Triangle(
    {0: 10, 1: 1, 3: 2, 10: 1, 15: 1, 16: 1, 18: 1, 24: 1, 25: 1, 26: 1, 29: 1},
    {
        (0, "relapse", age): count
        for age, count in ((6, 3), (7, 1), (10, 1), (13, 1), (16, 1), (22, 1), (23, 1))
    },
)


def curve_of(cohort: Triangle, as_of: int) -> Curve:
    """Return the curve of a non-empty cohort."""
    curve = kaplan_meier(cohort, as_of)
    assert curve is not None
    return curve


def exact(cases: list[Case]) -> list[tuple[int, Fraction]]:
    """Compute S in fractions, case by case."""
    seen = observed(cases)
    value, curve = Fraction(1), []
    for age in sorted({age for age, outcome in seen if outcome}):
        at_risk = sum(other >= age for other, _ in seen)
        value *= 1 - Fraction(
            sum(other == age and bool(outcome) for other, outcome in seen), at_risk
        )
        curve.append((age, value))
    return curve


def test_the_classic_example() -> None:
    """Freireich's leukaemia data give the textbook values S(6) = .857, S(10) = .753, S(23) = .448."""
    curve = curve_of(REMISSION, 35)

    rounded = {
        step.age: (round(step.value, 3), round(step.standard_error, 4)) for step in curve.steps
    }
    assert rounded[6] == (0.857, 0.0764)
    assert rounded[10] == (0.753, 0.0963)
    assert rounded[23] == (0.448, 0.1346)
    assert curve.median == 23


def test_beyond_the_last_follow_up_nothing_is_known() -> None:
    """Beyond the last follow-up S is None."""
    curve = curve_of(Triangle({0: 4}, {(0, "left", 30): 1}), 90)

    assert [step.value if (step := curve.at(age)) else None for age in (29, 30, 90, 180)] == [
        1.0,
        0.75,
        0.75,
        None,
    ]


def test_once_all_have_left_nobody_comes_back() -> None:
    """Once all have left, S stays 0 without an interval."""
    curve = curve_of(Triangle({0: 2}, {(0, "left", 3): 2}), 10)

    assert Survival(3, 2, 0.0, 0.0, None, None) == curve.at(365)


def test_the_open_lengthen_the_median() -> None:
    """In-flight cases lengthen the median: with two resolved after 2 and 4 days and three open at 10, it is not 3 days."""
    cohort = Triangle({0: 5}, {(0, "pass", 2): 1, (0, "pass", 4): 1})

    assert median_with_inflight(cohort, 10) is None
    assert median_with_inflight(Triangle({0: 5}, {**cohort.resolved, (0, "fail", 12): 1}), 20) == 12
    assert median_with_inflight(Triangle({}, {}), 10) is None


@settings(deadline=None, max_examples=60)
@given(CASES)
def test_equals_the_library(cases: list[Case]) -> None:
    """The curve, its Greenwood error and its 95 % interval match lifelines to 1e-9."""
    seen = observed(cases)
    fitter = KaplanMeierFitter().fit(
        [age for age, _ in seen], [bool(outcome) for _, outcome in seen]
    )
    low, high = (fitter.confidence_interval_.iloc[:, i] for i in (0, 1))

    for step in curve_of(triangle(cases), AS_OF).steps:
        assert pytest.approx(fitter.predict(step.age), abs=1e-9) == step.value
        if 1e-9 < step.value < 1:
            greenwood = math.sqrt(fitter._cumulative_sq_.loc[step.age])
            assert pytest.approx(step.value * greenwood, abs=1e-9) == step.standard_error
            assert pytest.approx(low.loc[step.age], abs=1e-9) == step.low
            assert pytest.approx(high.loc[step.age], abs=1e-9) == step.high


@given(CASES)
def test_the_median_is_exact(cases: list[Case]) -> None:
    """The median equals the first day on which at least half have ended, computed in fractions."""
    expected = next((age for age, value in exact(cases) if value <= Fraction(1, 2)), None)

    assert expected == median_with_inflight(triangle(cases), AS_OF)
