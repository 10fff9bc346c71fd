"""Tests of the beta distribution against counting and its own inverse."""

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from schemas.statistics.beta import Beta, jeffreys, jeffreys_interval

SIZES = st.floats(0.01, 10) | st.floats(10, 5_000) | st.integers(1, 500_000).map(float)
PARTS = st.floats(0, 1)


@given(st.integers(1, 60), st.integers(1, 60), PARTS)
def test_the_distribution_is_that_of_an_order_statistic(a: int, b: int, rate: float) -> None:
    """The a-th smallest of a + b − 1 uniform numbers is below a rate if at least a of them are."""
    n = a + b - 1
    expected = sum(comb(n, k) * rate**k * (1 - rate) ** (n - k) for k in range(a, n + 1))

    assert pytest.approx(expected, abs=1e-10) == Beta(a, b).cdf(rate)


@given(SIZES, SIZES, st.floats(0.0005, 0.9995))
def test_the_quantile_inverts_the_distribution(a: float, b: float, p: float) -> None:
    """The rate returned for a probability has that probability, from a hundredth of a decision to half a million."""
    rate = Beta(a, b).quantile(p)
    below, above = Beta(a, b).cdf(max(rate - 1e-12, 0)), Beta(a, b).cdf(min(rate + 1e-12, 1))

    assert below - 1e-8 <= p <= above + 1e-8


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
