"""Intervals of changes: the published example, a library, and the properties that readers rely on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from schemas.statistics.change import LEVEL, count_ratio, rate_difference, wilson

COUNTS = st.integers(0, 500)


def test_the_difference_equals_the_published_example() -> None:
    """56 of 70 against 48 of 80 gives 0.0524 to 0.3339 at 95 % (Newcombe 1998, table II, method 10)."""
    interval = rate_difference(56, 70, 48, 80, level=0.95)

    assert (interval.low, interval.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)


@given(COUNTS, st.integers(1, 500))
def test_the_score_interval_is_that_of_scipy(passes: int, n: int) -> None:
    """For any rate."""
    passes = min(passes, n)
    expected = binomtest(passes, n).proportion_ci(LEVEL, method="wilson")
    interval = wilson(passes, n)

    assert (interval.low, interval.high) == pytest.approx((expected.low, expected.high), abs=1e-9)


@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_a_difference_mirrors_when_the_periods_change_places(
    a: int, n: int, b: int, m: int
) -> None:
    """What rose from one period to the other fell the other way."""
    a, b = min(a, n), min(b, m)
    forth, back = rate_difference(a, n, b, m), rate_difference(b, m, a, n)

    assert (forth.low, forth.high) == pytest.approx((-back.high, -back.low), abs=1e-9)


@given(COUNTS, COUNTS)
def test_a_ratio_is_the_exact_interval_of_its_share(count: int, before: int) -> None:
    """The share of both counts that falls into the later period, by Clopper and Pearson."""
    if count + before == 0:
        return
    interval = count_ratio(count, before)
    share = binomtest(count, count + before).proportion_ci(LEVEL, method="exact")

    assert interval.low / (1 + interval.low) == pytest.approx(share.low, abs=1e-9)
    if before:
        assert interval.high / (1 + interval.high) == pytest.approx(share.high, abs=1e-9)


def test_equal_numbers_are_within_chance() -> None:
    """The same rate or count twice is no change, and neither are no cases at all."""
    assert not rate_difference(10, 40, 10, 40).excludes(0)
    assert not rate_difference(0, 0, 10, 40).excludes(0)
    assert not count_ratio(7, 7).excludes(1)
    assert not count_ratio(0, 0).excludes(1)
    assert count_ratio(40, 10).excludes(1)
