"""Tests of the cumulative incidence against the formula and lifelines."""

import warnings
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import AalenJohansenFitter

from schemas.statistics.incidence import Estimate, Incidence, aalen_johansen
from schemas.statistics.triangle import Triangle
from tests.schemas.statistics.cohorts import AS_OF, CASES, OUTCOMES, Case, observed, triangle

# The reference's five cases: pass@2, fail@3, in flight at age 3, pass@5, withdraw@7.
GOLDEN = Triangle(
    {0: 4, 7: 1},
    {(0, "pass", 2): 1, (0, "fail", 3): 1, (0, "pass", 5): 1, (0, "withdraw", 7): 1},
)


class Unjittered(AalenJohansenFitter):
    """The lifelines estimator without its random noise on ties, which the formula does not need."""

    def _jitter(self, durations: Any, **_: Any) -> Any:
        return durations


def incidence_of(cohort: Triangle, as_of: int, horizon: int | None = None) -> Incidence:
    """Return the incidence of a non-empty cohort."""
    incidence = aalen_johansen(cohort, as_of, horizon)
    assert incidence is not None
    return incidence


def textbook(cases: list[Case], outcome: str, horizon: int) -> tuple[float, float]:
    """Compute F and S from the formula, case by case."""
    seen = observed(cases)
    incidence, survival = 0.0, 1.0
    for age in sorted({age for age, what in seen if what and age <= horizon}):
        at_risk = sum(other >= age for other, _ in seen)
        events = [what for other, what in seen if other == age and what]
        incidence += survival * events.count(outcome) / at_risk
        survival *= 1 - len(events) / at_risk
    return incidence, survival


def library(cases: list[Case], outcome: str) -> AalenJohansenFitter:
    """Fit with lifelines; ages are shifted by one because it ignores events at age 0."""
    seen = observed(cases)
    codes = [OUTCOMES.index(what) + 1 if what else 0 for _, what in seen]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Unjittered().fit(
            pd.Series([age + 1 for age, _ in seen]), pd.Series(codes), OUTCOMES.index(outcome) + 1
        )


def test_the_golden_example_of_the_reference() -> None:
    """With two passed, one failed, one withdrawn and one open, the pass incidence is one half."""
    incidence = incidence_of(GOLDEN, 10)

    assert Estimate(
        pytest.approx(0.5), pytest.approx(0.4), pytest.approx(0.6), pytest.approx(0.5)
    ) == incidence.estimate("pass")
    assert pytest.approx(0.2) == incidence.estimate("fail").value
    assert pytest.approx(0.3) == incidence.estimate("withdraw").value
    assert (5, 1, pytest.approx(1.0)) == (incidence.n, incidence.in_flight, incidence.maturity)


def test_by_a_horizon_the_young_are_undecided() -> None:
    """The open case, three days old, is decided for a horizon of 3 days and undecided for 4."""
    assert (incidence_of(GOLDEN, 10, 3).undecided, incidence_of(GOLDEN, 10, 4).undecided) == (0, 1)
    assert pytest.approx(0.2) == incidence_of(GOLDEN, 10, 3).estimate("pass").naive_upper
    assert pytest.approx(0.4) == incidence_of(GOLDEN, 10, 4).estimate("pass").naive_upper
    assert pytest.approx(0.4) == incidence_of(GOLDEN, 10, 3).maturity


def test_an_empty_cohort_has_no_incidence() -> None:
    """An empty cohort has no incidence."""
    assert aalen_johansen(Triangle({5: 3}, {}), 4) is None


def test_what_never_happened_has_bounds_too() -> None:
    """An outcome that never occurred has an upper bound from the open case."""
    assert Estimate(0.0, 0.0, 0.2, 0.0) == incidence_of(GOLDEN, 10).estimate("hired")


@settings(deadline=None)
@given(CASES, st.integers(-1, 90))
def test_equals_the_textbook_with_ties(cases: list[Case], horizon: int) -> None:
    """The triangle gives the same numbers as the case-by-case formula."""
    estimated = incidence_of(triangle(cases), AS_OF, horizon)

    for outcome in OUTCOMES:
        incidence, survival = textbook(cases, outcome, horizon)
        assert pytest.approx(incidence, abs=1e-12) == estimated.estimate(outcome).value
        assert pytest.approx(survival, abs=1e-12) == estimated.survival
        assert pytest.approx(incidence, abs=1e-12) == estimated.at(horizon).incidence.get(
            outcome, 0.0
        )


@settings(deadline=None, max_examples=40)
@given(CASES)
def test_equals_the_library(cases: list[Case]) -> None:
    """The incidence matches lifelines to 1e-9 at every age, with ties."""
    incidence = incidence_of(triangle(cases), AS_OF)

    for outcome in OUTCOMES:
        for age, expected in library(cases, outcome).cumulative_density_.iloc[:, 0].items():
            assert pytest.approx(expected, abs=1e-9) == incidence.at(age - 1).incidence.get(
                outcome, 0
            )


@given(CASES, st.none() | st.integers(-1, 90))
def test_outcomes_and_the_open_make_one(cases: list[Case], horizon: int | None) -> None:
    """Σ F + S = 1, and the estimate lies between the naive bounds."""
    incidence = incidence_of(triangle(cases), AS_OF, horizon)

    assert pytest.approx(1) == incidence.survival + sum(
        e.value for e in incidence.estimates.values()
    )
    for estimate in incidence.estimates.values():
        assert estimate.naive_lower <= estimate.value + 1e-12
        assert estimate.value <= estimate.naive_upper + 1e-12


@given(CASES, CASES)
def test_triangles_merge_by_sums(one: list[Case], other: list[Case]) -> None:
    """Two cohorts combined give the same incidence in either order."""
    assert incidence_of(triangle([*one, *other]), AS_OF) == incidence_of(
        triangle([*other, *one]), AS_OF
    )
