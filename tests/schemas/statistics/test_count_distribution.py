"""Tests of the count distribution against scipy."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from schemas.statistics.count_distribution import cdf, quantile

MEANS = st.floats(0.01, 500)
COUNTS = st.integers(0, 800)


@given(MEANS, st.floats(1.01, 20), COUNTS)
def test_an_overdispersed_count_is_negative_binomial(mean: float, ratio: float, count: int) -> None:
    """With the variance above the mean, the cdf is negative binomial."""
    expected = stats.nbinom.cdf(count, mean / (ratio - 1), 1 / ratio)

    assert pytest.approx(expected, abs=1e-8) == cdf(mean, mean * ratio, count)


@given(st.integers(1, 500), st.floats(0.02, 0.98), COUNTS)
def test_an_underdispersed_count_is_binomial(trials: int, chance: float, count: int) -> None:
    """With the variance below the mean, the cdf is binomial."""
    mean = trials * chance
    expected = stats.binom.cdf(count, trials, chance)

    assert pytest.approx(expected, abs=1e-8) == cdf(mean, mean * (1 - chance), count)


@given(MEANS, COUNTS)
def test_between_them_it_is_poisson(mean: float, count: int) -> None:
    """With the variance equal to the mean, the cdf is Poisson."""
    assert pytest.approx(stats.poisson.cdf(count, mean), abs=1e-4) == cdf(mean, mean, count)


@given(MEANS, st.floats(0.05, 20), st.floats(0.001, 0.999))
def test_a_quantile_is_the_first_count_that_reaches(mean: float, ratio: float, p: float) -> None:
    """A quantile is the smallest count whose cdf reaches the probability."""
    count = quantile(mean, mean * ratio, p)

    assert cdf(mean, mean * ratio, count) >= p
    assert count == 0 or cdf(mean, mean * ratio, count - 1) < p


def test_nothing_expected_is_nothing() -> None:
    """A mean of 0 has quantile 0."""
    assert (quantile(0.0, 0.0, 0.9), quantile(0.5, 0.5, 0.3)) == (0, 0)
