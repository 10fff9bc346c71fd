"""How probable each outcome is by an age, with those in flight; equal to an independent library's."""

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
    """The library's estimator without its random noise on ties, which its formula does not need."""

    def _jitter(self, durations: Any, **_: Any) -> Any:
        return durations


def of(cohort: Triangle, as_of: int, horizon: int | None = None) -> Incidence:
    """The incidence of a cohort that has somebody in it."""
    found = aalen_johansen(cohort, as_of, horizon)
    assert found is not None
    return found


def textbook(cases: list[Case], outcome: str, horizon: int) -> tuple[float, float]:
    """F and S straight from the formula, case by case."""
    seen = observed(cases)
    incidence, survival = 0.0, 1.0
    for age in sorted({age for age, what in seen if what and age <= horizon}):
        at_risk = sum(other >= age for other, _ in seen)
        events = [what for other, what in seen if other == age and what]
        incidence += survival * events.count(outcome) / at_risk
        survival *= 1 - len(events) / at_risk
    return incidence, survival


def library(cases: list[Case], outcome: str) -> AalenJohansenFitter:
    """The library's fit; ages plus one, because it loses what happens at age 0."""
    seen = observed(cases)
    codes = [OUTCOMES.index(what) + 1 if what else 0 for _, what in seen]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Unjittered().fit(
            pd.Series([age + 1 for age, _ in seen]), pd.Series(codes), OUTCOMES.index(outcome) + 1
        )


def test_the_golden_example_of_the_reference() -> None:
    """Two passed, one failed, one withdrew, one is open: half of all will pass."""
    found = of(GOLDEN, 10)

    assert Estimate(
        pytest.approx(0.5), pytest.approx(0.4), pytest.approx(0.6), pytest.approx(0.5)
    ) == found.of("pass")
    assert pytest.approx(0.2) == found.of("fail").value
    assert pytest.approx(0.3) == found.of("withdraw").value
    assert (5, 1, pytest.approx(1.0)) == (found.n, found.in_flight, found.maturity)


def test_by_a_horizon_the_young_are_undecided() -> None:
    """By day 3 the open case, three days old, is known not to have passed; by day 4 it is not."""
    assert (of(GOLDEN, 10, 3).undecided, of(GOLDEN, 10, 4).undecided) == (0, 1)
    assert pytest.approx(0.2) == of(GOLDEN, 10, 3).of("pass").naive_upper
    assert pytest.approx(0.4) == of(GOLDEN, 10, 4).of("pass").naive_upper
    assert pytest.approx(0.4) == of(GOLDEN, 10, 3).maturity


def test_without_anybody_nothing_is_known() -> None:
    """An empty cohort has no rate."""
    assert aalen_johansen(Triangle({5: 3}, {}), 4) is None


def test_what_never_happened_has_bounds_too() -> None:
    """Nobody was hired yet, so the open case is all that could be."""
    assert Estimate(0.0, 0.0, 0.2, 0.0) == of(GOLDEN, 10).of("hired")


@settings(deadline=None)
@given(CASES, st.integers(-1, 90))
def test_equals_the_textbook_with_ties(cases: list[Case], horizon: int) -> None:
    """Case by case or from the integer table, the numbers are the same."""
    found = of(triangle(cases), AS_OF, horizon)

    for outcome in OUTCOMES:
        incidence, survival = textbook(cases, outcome, horizon)
        assert pytest.approx(incidence, abs=1e-12) == found.of(outcome).value
        assert pytest.approx(survival, abs=1e-12) == found.survival
        assert pytest.approx(incidence, abs=1e-12) == found.at(horizon).incidence.get(outcome, 0.0)


@settings(deadline=None, max_examples=40)
@given(CASES)
def test_equals_the_library(cases: list[Case]) -> None:
    """To 1e-9 lifelines agrees, at every age and with ties."""
    found = of(triangle(cases), AS_OF)

    for outcome in OUTCOMES:
        for age, expected in library(cases, outcome).cumulative_density_.iloc[:, 0].items():
            assert pytest.approx(expected, abs=1e-9) == found.at(age - 1).incidence.get(outcome, 0)


@given(CASES, st.none() | st.integers(-1, 90))
def test_outcomes_and_the_open_make_one(cases: list[Case], horizon: int | None) -> None:
    """Σ F + S = 1, and the naive bounds hold the estimate between them."""
    found = of(triangle(cases), AS_OF, horizon)

    assert pytest.approx(1) == found.survival + sum(e.value for e in found.estimates.values())
    for estimate in found.estimates.values():
        assert estimate.naive_lower <= estimate.value + 1e-12
        assert estimate.value <= estimate.naive_upper + 1e-12


@given(CASES, CASES)
def test_triangles_merge_by_sums(one: list[Case], other: list[Case]) -> None:
    """Two offices' tables added are the table of the company, in any order."""
    assert of(triangle([*one, *other]), AS_OF) == of(triangle([*other, *one]), AS_OF)
