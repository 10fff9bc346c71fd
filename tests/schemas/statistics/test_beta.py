"""Tests of the beta distribution against scipy."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from schemas.statistics.beta import Beta, jeffreys, jeffreys_interval

SIZES = st.floats(0.01, 10) | st.floats(10, 5_000) | st.integers(1, 500_000).map(float)
PARTS = st.floats(0, 1)


@given(SIZES, SIZES, PARTS)
def test_the_distribution_equals_scipy(a: float, b: float, rate: float) -> None:
    """The cdf matches scipy to 1e-8, from a hundredth of a decision to half a million."""
    assert pytest.approx(stats.beta.cdf(rate, a, b), abs=1e-8) == Beta(a, b).cdf(rate)


@given(SIZES, SIZES, st.floats(0.0005, 0.9995))
def test_the_quantile_equals_scipy(a: float, b: float, p: float) -> None:
    """The quantile matches scipy to 1e-8."""
    assert pytest.approx(stats.beta.ppf(p, a, b), abs=1e-8) == Beta(a, b).quantile(p)


@given(SIZES, SIZES)
def test_the_moments_equal_scipy(a: float, b: float) -> None:
    """Mean and variance match scipy."""
    mean, variance = stats.beta.stats(a, b)

    assert (pytest.approx(mean), pytest.approx(variance)) == (Beta(a, b).mean, Beta(a, b).variance)


def test_the_jeffreys_interval_of_a_few_decisions() -> None:
    """The interval is correct for three, none and all of ten passes (Brown, Cai, DasGupta 2001)."""
    low, high = jeffreys_interval(3, 10, 0.95)

    assert (pytest.approx(0.0927, abs=1e-4), pytest.approx(0.6058, abs=1e-4)) == (low, high)
    assert 0.0 == jeffreys_interval(0, 10)[0] < jeffreys_interval(0, 10)[1] < 0.2
    assert 0.8 < jeffreys_interval(10, 10)[0] < jeffreys_interval(10, 10)[1] == 1.0


def test_the_probability_to_miss_a_target() -> None:
    """With as many passes as fails, the rate is below one half with probability one half."""
    assert pytest.approx(0.5) == jeffreys(7, 14).cdf(0.5)
