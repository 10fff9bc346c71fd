"""Tests of the funnel plot limits and the dispersion test."""

import math
import random

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from schemas.statistics.funnel_plot import (
    ACTION,
    WARNING,
    Limits,
    dispersion,
    limits,
    lower_tail,
    z_score,
)

RATES = st.floats(0.001, 0.999)


def smaller_tails(n: int, rate: float) -> list[float]:
    """Return the smaller mid-p tail of every count."""
    chances = stats.binom.pmf(range(n + 1), n, rate)
    return [min(chances[:x].sum(), chances[x + 1 :].sum()) + chances[x] / 2 for x in range(n + 1)]


def inside(n: int, rate: float, level: float) -> list[int]:
    """Enumerate the counts whose mid-p tails both reach (1 − level)/2."""
    return [x for x, tail in enumerate(smaller_tails(n, rate)) if tail >= (1 - level) / 2]


@given(st.integers(1, 300), RATES, st.sampled_from([WARNING, ACTION]))
def test_the_limits_are_those_found_by_counting(n: int, rate: float, level: float) -> None:
    """The limits are the smallest and largest counts inside by enumeration; exact ties are excluded."""
    left = (1 - level) / 2
    assume(not any(math.isclose(tail, left, rel_tol=1e-9) for tail in smaller_tails(n, rate)))
    counts = inside(n, rate, level)

    assert Limits(pytest.approx(counts[0] / n), pytest.approx(counts[-1] / n)) == limits(
        n, rate, level
    )


@given(st.integers(0, 500), st.integers(0, 500), RATES)
def test_the_tail_equals_scipy(passes: int, fails: int, rate: float) -> None:
    """The mid-p value matches scipy to 1e-9."""
    n = passes + fails
    expected = stats.binom.cdf(passes, n, rate) - stats.binom.pmf(passes, n, rate) / 2

    assert pytest.approx(expected, abs=1e-9) == lower_tail(passes, n, rate)


def test_sure_rates_leave_no_room() -> None:
    """For rates of 0 and 1 both limits equal the rate."""
    assert (Limits(0, 0), Limits(1, 1)) == (limits(5, 0.0, WARNING), limits(5, 1.0, WARNING))


def test_ten_decisions_at_forty_percent() -> None:
    """For n = 10 the limits are 0.1 to 0.7 at 95 % and 0 to 0.8 at 99.8 %."""
    assert Limits(pytest.approx(0.1), pytest.approx(0.7)) == limits(10, 0.4, WARNING)
    assert Limits(pytest.approx(0.0), pytest.approx(0.8)) == limits(10, 0.4, ACTION)


def test_few_are_flagged_where_all_are_alike() -> None:
    """As in the reference, about 4.5 % of identical interviewers are flagged at 95 % and about 0.13 % at 99.8 %."""
    sizes = [n for n in range(10, 250) for _ in range(round(1_000 * (26 / 27) ** n))]
    flagged = {}
    for level in (WARNING, ACTION):
        chances = {n: 1 - stats.binom.pmf(inside(n, 0.4, level), n, 0.4).sum() for n in set(sizes)}
        flagged[level] = sum(chances[n] for n in sizes) / len(sizes)

    assert 0.04 < flagged[WARNING] < 0.05
    assert 0.001 < flagged[ACTION] < 0.002


def test_members_alike_are_not_over_dispersed() -> None:
    """Chance variation alone does not widen the limits."""
    dice = random.Random(4)

    result = dispersion([dice.gauss(0, 1) for _ in range(50)])

    assert result is not None
    assert result.phi < 1.2 and result.factor == 1.0


def test_members_that_differ_widen_the_limits() -> None:
    """With twice the spread φ is near 4 minus the Winsorised part, and the limits widen by its square root."""
    dice = random.Random(4)
    distances = [dice.gauss(0, 2) for _ in range(50)]
    trimmed = stats.mstats.winsorize(np.array(distances), limits=(0.1, 0.1))

    result = dispersion(distances)

    assert result is not None
    assert pytest.approx(float((trimmed**2).mean())) == result.phi
    assert pytest.approx(stats.chi2.sf(50 * result.phi, 50), rel=1e-8) == result.p
    assert math.sqrt(result.phi) == result.factor
    assert 0.4 - 2 * (0.4 - 0.1) < limits(10, 0.4, WARNING, result.factor).low == 0.0
    assert limits(90, 0.4, WARNING).high < limits(90, 0.4, WARNING, result.factor).high


def test_without_members_or_variance_there_is_no_z_score() -> None:
    """Dispersion without members and a z score without variance are None."""
    assert dispersion([]) is None
    assert z_score(3, 3.0, 0.0) is None
    assert pytest.approx(1.25) == z_score(9, 6.5, 4.0)


def test_the_p_value_is_that_of_the_chi_square_table() -> None:
    """Ten z scores with Σz² = 18.307 are as far apart as chance makes them in 5 % of cases."""
    result = dispersion([math.sqrt(1.8307)] * 10)

    assert result is not None
    assert pytest.approx(0.05, abs=1e-5) == result.p


@pytest.mark.parametrize(("passes", "tail"), [(0, 0.5), (1, 1.0), (5, 1.0)])
def test_the_tail_of_a_sure_rate(passes: int, tail: float) -> None:
    """If nobody can pass, no pass is in the middle of its distribution and any pass is beyond it."""
    assert lower_tail(passes, 5, 0.0) == tail
    assert lower_tail(5 - passes, 5, 1.0) == 1 - tail
