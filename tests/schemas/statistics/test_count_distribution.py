"""A count with a given mean and variance equals an independent library's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from schemas.statistics.count_distribution import quantile, until

MEANS = st.floats(0.01, 500)
COUNTS = st.integers(0, 800)


@given(MEANS, st.floats(1.01, 20), COUNTS)
def test_a_wide_count_is_negative_binomial(mean: float, ratio: float, count: int) -> None:
    """Variance above the mean."""
    expected = stats.nbinom.cdf(count, mean / (ratio - 1), 1 / ratio)

    assert pytest.approx(expected, abs=1e-8) == until(mean, mean * ratio, count)


@given(st.integers(1, 500), st.floats(0.02, 0.98), COUNTS)
def test_a_narrow_count_is_binomial(trials: int, chance: float, count: int) -> None:
    """Variance below the mean."""
    mean = trials * chance
    expected = stats.binom.cdf(count, trials, chance)

    assert pytest.approx(expected, abs=1e-8) == until(mean, mean * (1 - chance), count)


@given(MEANS, COUNTS)
def test_between_them_it_is_poisson(mean: float, count: int) -> None:
    """Variance as the mean."""
    assert pytest.approx(stats.poisson.cdf(count, mean), abs=1e-4) == until(mean, mean, count)


@given(MEANS, st.floats(0.05, 20), st.floats(0.001, 0.999))
def test_a_quantile_is_the_first_count_that_reaches(mean: float, ratio: float, p: float) -> None:
    """The count before it does not."""
    found = quantile(mean, mean * ratio, p)

    assert until(mean, mean * ratio, found) >= p
    assert found == 0 or until(mean, mean * ratio, found - 1) < p


def test_nothing_expected_is_nothing() -> None:
    """No chance, no hire."""
    assert (quantile(0.0, 0.0, 0.9), quantile(0.5, 0.5, 0.3)) == (0, 0)
