"""Tests of the hires forecast."""

import math
import random
import warnings
from collections import Counter
from typing import Any, NamedTuple

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import AalenJohansenFitter

from schemas.statistics.forecast import Arrivals, Exposure, Forecast, estimation_variance, forecast
from schemas.statistics.incidence import Incidence, aalen_johansen
from schemas.statistics.triangle import Triangle
from tests.schemas.statistics.cohorts import AS_OF, CASES, Case, observed, triangle

NAMES = {"pass": "hired", "fail": "rejected", "withdraw": "withdrew"}


class Season(NamedTuple):
    """History until a day, the cases in flight then, and the later hires among them and among later applicants."""

    history: Triangle
    in_flight: Counter[tuple[str, int]]
    hires: int
    later_hires: int


class Company(NamedTuple):
    """Days of history, days to forecast, applications per day and the hire probability."""

    past: int
    ahead: int
    per_day: float
    chance: float


def table(history: Triangle, as_of: int) -> Incidence:
    """Return the incidence of a non-empty history."""
    incidence = aalen_johansen(history, as_of)
    assert incidence is not None
    return incidence


def poisson(dice: random.Random, mean: float) -> int:
    """Draw a Poisson number by Knuth's method."""
    n, left = 0, dice.random()
    while left > math.exp(-mean):
        n, left = n + 1, left * dice.random()
    return n


def season(dice: random.Random, company: Company) -> Season:
    """Simulate a season; hires take a month, rejections three weeks, both with a long tail."""
    today, end = company.past - 1, company.past - 1 + company.ahead
    entered, resolved = Counter[int](), Counter[tuple[int, str, int]]()
    in_flight = Counter[tuple[str, int]]()
    hires = [0, 0]
    for day in range(end + 1):
        for _ in range(poisson(dice, company.per_day)):
            hired = dice.random() < company.chance
            age = int(dice.gammavariate(4, 8) if hired else dice.gammavariate(2, 10))
            entered[day] += 1
            resolved[day, "hired" if hired else "rejected", age] += 1
            in_flight["all", today - day] += day <= today < day + age
            hires[day > today] += hired and today < day + age <= end
    return Season(Triangle(entered, resolved), +in_flight, *hires)


def hiring_triangle(cases: list[Case]) -> Triangle:
    """Return a random cohort with hiring outcomes."""
    plain = triangle(cases)
    return Triangle(plain.entered, {(d, NAMES[o], a): n for (d, o, a), n in plain.resolved.items()})


# Ten applied; two were hired after 10 and 20 days, four rejected after 5, four are open at 30.
HISTORY = table(
    Triangle({0: 10}, {(0, "hired", 10): 1, (0, "hired", 20): 1, (0, "rejected", 5): 4}), 30
)


def test_three_open_cases_by_hand() -> None:
    """At age 5 six of ten are open; one of these six is hired by age 10 and two by age 20."""
    assert pytest.approx(3 / 6) == forecast({("all", 5): 3}, {"all": HISTORY}, 5).mean
    assert pytest.approx(3 * 2 / 6) == forecast({("all", 5): 3}, {"all": HISTORY}, 15).mean
    assert pytest.approx(2 / 5) == forecast({("all", 10): 2}, {"all": HISTORY}, 90).mean


def test_a_stage_has_its_own_history() -> None:
    """Cases at the offer stage use the offer history; other stages use the overall history."""
    offers = table(Triangle({0: 4}, {(0, "hired", 2): 3, (0, "withdrew", 2): 1}), 9)

    result = forecast({("offer", 0): 4, ("screening", 5): 3}, {"all": HISTORY, "offer": offers}, 5)

    assert (pytest.approx(3.5), 7, 0) == (result.mean, result.n, result.unseen)
    assert 1 <= result.low <= 3 and 4 <= result.high <= 7


def test_cases_beyond_the_history_are_unseen() -> None:
    """Cases older than the history, or without any history, are unseen."""
    offers = table(Triangle({0: 4}, {(0, "hired", 2): 3, (0, "withdrew", 2): 1}), 9)
    nothing = Forecast(mean=0, low=0, high=0, n=5, unseen=5)

    assert nothing == forecast({("offer", 2): 5}, {"offer": offers}, 30)
    assert nothing == forecast({("all", 2): 5}, {}, 30)


def test_applications_to_come_are_counted_by_the_day_they_arrive() -> None:
    """With two arrivals a day for twelve days, only those of the first two days reach age 10, where one of ten is hired."""
    result = forecast({}, {"all": HISTORY}, 12, Arrivals(2, 100))

    assert (pytest.approx(2 * 2 / 10), 0) == (result.mean, result.n)


def test_an_arrival_rate_of_few_days_widens_the_interval() -> None:
    """Thirty arrivals a day observed on one day give a wider interval than observed on three hundred."""
    history = table(Triangle({0: 10_000}, {(0, "hired", 10): 2_000}), 30)
    rough, fine = (forecast({}, {"all": history}, 30, Arrivals(30, days)) for days in (1, 300))

    assert rough.mean == fine.mean
    assert rough.high - rough.low > 1.5 * (fine.high - fine.low)


@pytest.mark.parametrize(
    "company",
    [Company(180, 30, 3, 0.12), Company(90, 60, 8, 0.2), Company(365, 45, 2, 0.3)],
)
def test_the_interval_covers_eight_seasons_of_ten(company: Company) -> None:
    """In 250 simulated seasons the 80 % interval has its nominal coverage, with and without arrivals."""
    dice = random.Random(11)
    covered, covered_with_arrivals, expected, hires = 0, 0, 0.0, 0
    for _ in range(250):
        simulated = season(dice, company)
        tables = {"all": table(simulated.history, company.past - 1)}
        result = forecast(simulated.in_flight, tables, company.ahead)
        covered += result.low <= simulated.hires <= result.high
        expected, hires = expected + result.mean, hires + simulated.hires
        arrivals = Arrivals(tables["all"].n / company.past, company.past)
        result = forecast(simulated.in_flight, tables, company.ahead, arrivals)
        covered_with_arrivals += (
            result.low <= simulated.hires + simulated.later_hires <= result.high
        )

    assert 0.72 <= covered / 250 <= 0.92
    assert 0.72 <= covered_with_arrivals / 250 <= 0.92
    assert pytest.approx(hires, rel=0.05) == expected


class Unjittered(AalenJohansenFitter):
    """The lifelines estimator without its random noise on ties."""

    def _jitter(self, durations: Any, **_: Any) -> Any:
        return durations


@settings(deadline=None, max_examples=40)
@given(CASES)
def test_the_estimation_variance_equals_lifelines(cases: list[Case]) -> None:
    """For one case from age 0 the estimation variance equals the variance of F in lifelines at every age."""
    seen = observed(cases)
    hired = hiring_triangle(cases)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = Unjittered().fit(
            pd.Series([age + 1 for age, _ in seen]),
            pd.Series(
                [("", "pass", "fail", "withdraw").index(outcome or "") for _, outcome in seen]
            ),
            1,
        )

    incidence = table(hired, AS_OF)
    for age, expected in fitted.variance_.items():
        if math.isfinite(expected):
            one = [Exposure(1, -1, age - 1)]
            assert pytest.approx(expected, abs=1e-9) == estimation_variance(incidence, one)


@settings(deadline=None)
@given(
    CASES,
    st.dictionaries(st.tuples(st.just("all"), st.integers(-2, 70)), st.integers(-1, 9)),
    st.integers(0, 90),
)
def test_a_forecast_is_within_what_can_be(
    cases: list[Case], in_flight: dict[tuple[str, int], int], days: int
) -> None:
    """A forecast never exceeds the in-flight cases and never falls with a longer horizon."""
    tables = {"all": table(hiring_triangle(cases), AS_OF)}
    shorter, longer = (forecast(in_flight, tables, ahead) for ahead in (days, days + 10))

    assert 0 <= shorter.low <= shorter.high <= shorter.n
    assert -1e-9 <= shorter.mean <= longer.mean + 1e-9 and shorter.mean <= shorter.n + 1e-9
    assert 0 <= shorter.unseen <= shorter.n
