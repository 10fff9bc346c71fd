"""Hires to come, from those in the process and what became of others like them."""

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

from schemas.statistics.forecast import Arrivals, Exposure, Forecast, forecast, noise
from schemas.statistics.incidence import Incidence, aalen_johansen
from schemas.statistics.triangle import Triangle
from tests.schemas.statistics.cohorts import AS_OF, CASES, Case, observed, triangle

NAMES = {"pass": "hired", "fail": "rejected", "withdraw": "withdrew"}


class Season(NamedTuple):
    """History until a day, who is in flight then, and the hires that came of them and of later applicants."""

    history: Triangle
    in_flight: Counter[tuple[str, int]]
    hires: int
    later_hires: int


class Company(NamedTuple):
    """Days of history and to forecast, applications a day and the chance of a hire."""

    past: int
    ahead: int
    per_day: float
    chance: float


def table(history: Triangle, as_of: int) -> Incidence:
    """The incidence of a history that has somebody in it."""
    found = aalen_johansen(history, as_of)
    assert found is not None
    return found


def poisson(dice: random.Random, mean: float) -> int:
    """Knuth's method."""
    n, left = 0, dice.random()
    while left > math.exp(-mean):
        n, left = n + 1, left * dice.random()
    return n


def season(dice: random.Random, company: Company) -> Season:
    """Hires take a month, rejections three weeks, both with a long tail."""
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


def renamed(cases: list[Case]) -> Triangle:
    """A random cohort in the words of hiring."""
    plain = triangle(cases)
    return Triangle(plain.entered, {(d, NAMES[o], a): n for (d, o, a), n in plain.resolved.items()})


# Ten applied; two were hired after 10 and 20 days, four rejected after 5, four are open at 30.
HISTORY = table(
    Triangle({0: 10}, {(0, "hired", 10): 1, (0, "hired", 20): 1, (0, "rejected", 5): 4}), 30
)


def test_three_open_cases_by_hand() -> None:
    """At age 5 six of ten are open, of whom one of six is hired by age 10 and two of six by age 20."""
    assert pytest.approx(3 / 6) == forecast({("all", 5): 3}, {"all": HISTORY}, 5).mean
    assert pytest.approx(3 * 2 / 6) == forecast({("all", 5): 3}, {"all": HISTORY}, 15).mean
    assert pytest.approx(2 / 5) == forecast({("all", 10): 2}, {"all": HISTORY}, 90).mean


def test_a_stage_has_its_own_history() -> None:
    """Whoever has an offer is asked of the offers; other stages fall back to all."""
    offers = table(Triangle({0: 4}, {(0, "hired", 2): 3, (0, "withdrew", 2): 1}), 9)

    found = forecast({("offer", 0): 4, ("screening", 5): 3}, {"all": HISTORY, "offer": offers}, 5)

    assert (pytest.approx(3.5), 7, 0) == (found.mean, found.n, found.unseen)
    assert 1 <= found.low <= 3 and 4 <= found.high <= 7


def test_who_is_older_than_any_history_is_told() -> None:
    """After a day on which all were settled, nobody knows; nor where there is no history at all."""
    offers = table(Triangle({0: 4}, {(0, "hired", 2): 3, (0, "withdrew", 2): 1}), 9)
    nothing = Forecast(mean=0, low=0, high=0, n=5, unseen=5)

    assert nothing == forecast({("offer", 2): 5}, {"offer": offers}, 30)
    assert nothing == forecast({("all", 2): 5}, {}, 30)


def test_applications_to_come_are_counted_by_the_day_they_arrive() -> None:
    """Two a day for twelve days: those of the first two days are 10 days old by then, one of ten hired."""
    found = forecast({}, {"all": HISTORY}, 12, Arrivals(2, 100))

    assert (pytest.approx(2 * 2 / 10), 0) == (found.mean, found.n)


def test_a_rate_of_few_days_says_less() -> None:
    """Thirty a day, seen on one day, leave more open than seen on three hundred."""
    history = table(Triangle({0: 10_000}, {(0, "hired", 10): 2_000}), 30)
    rough, fine = (forecast({}, {"all": history}, 30, Arrivals(30, days)) for days in (1, 300))

    assert rough.mean == fine.mean
    assert rough.high - rough.low > 1.5 * (fine.high - fine.low)


@pytest.mark.parametrize(
    "company",
    [Company(180, 30, 3, 0.12), Company(90, 60, 8, 0.2), Company(365, 45, 2, 0.3)],
)
def test_the_interval_holds_eight_seasons_of_ten(company: Company) -> None:
    """In 250 simulated seasons the hires lie in the 80 % interval as often as it says, arrivals included or not."""
    dice = random.Random(11)
    held, held_with_arrivals, expected, hires = 0, 0, 0.0, 0
    for _ in range(250):
        played = season(dice, company)
        tables = {"all": table(played.history, company.past - 1)}
        found = forecast(played.in_flight, tables, company.ahead)
        held += found.low <= played.hires <= found.high
        expected, hires = expected + found.mean, hires + played.hires
        arrivals = Arrivals(tables["all"].n / company.past, company.past)
        found = forecast(played.in_flight, tables, company.ahead, arrivals)
        held_with_arrivals += found.low <= played.hires + played.later_hires <= found.high

    assert 0.72 <= held / 250 <= 0.92
    assert 0.72 <= held_with_arrivals / 250 <= 0.92
    assert pytest.approx(hires, rel=0.05) == expected


class Unjittered(AalenJohansenFitter):
    """The library's estimator without its random noise on ties."""

    def _jitter(self, durations: Any, **_: Any) -> Any:
        return durations


@settings(deadline=None, max_examples=40)
@given(CASES)
def test_the_estimation_noise_equals_the_librarys_variance(cases: list[Case]) -> None:
    """For one newcomer it is the variance lifelines gives to F at every age."""
    seen = observed(cases)
    hired = renamed(cases)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = Unjittered().fit(
            pd.Series([age + 1 for age, _ in seen]),
            pd.Series([("", "pass", "fail", "withdraw").index(what or "") for _, what in seen]),
            1,
        )

    found = table(hired, AS_OF)
    for age, expected in fitted.variance_.items():
        if math.isfinite(expected):
            one = [Exposure(1, -1, age - 1)]
            assert pytest.approx(expected, abs=1e-9) == noise(found, one)


@settings(deadline=None)
@given(
    CASES,
    st.dictionaries(st.tuples(st.just("all"), st.integers(-2, 70)), st.integers(-1, 9)),
    st.integers(0, 90),
)
def test_a_forecast_is_within_what_can_be(
    cases: list[Case], in_flight: dict[tuple[str, int], int], days: int
) -> None:
    """Never more hires than applicants, and more time never means fewer."""
    tables = {"all": table(renamed(cases), AS_OF)}
    found, longer = (forecast(in_flight, tables, ahead) for ahead in (days, days + 10))

    assert 0 <= found.low <= found.high <= found.n
    assert -1e-9 <= found.mean <= longer.mean + 1e-9 and found.mean <= found.n + 1e-9
    assert 0 <= found.unseen <= found.n
