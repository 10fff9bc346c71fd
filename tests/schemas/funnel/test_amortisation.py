"""Spreading an amount over days neither loses nor adds money."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import Malformed
from schemas.funnel.amortisation import Spread, amount_between, daily_amounts

DAYS = st.integers(19_000, 19_800)
SPREADS = st.builds(
    lambda amount, first, length: Spread(amount, first, first + length),
    st.integers(-(10**10), 10**10),
    DAYS,
    st.integers(0, 400),
)


def test_a_contract_of_a_week() -> None:
    """The daily parts of ¥100 over seven days differ by at most one yen."""
    assert list(daily_amounts(Spread(100, 1, 7)).values()) == [14, 14, 14, 15, 14, 14, 15]


def test_a_refund_is_spread_too() -> None:
    """A refund of ¥10 is spread over three days."""
    assert daily_amounts(Spread(-10, 1, 3)) == {1: -4, 2: -3, 3: -3}


def test_a_window_gets_the_days_inside_it() -> None:
    """¥365,000 for a year gives February ¥28,000 and the year before nothing."""
    year = Spread(365_000, 100, 464)

    assert amount_between(year, 131, 158) == 28_000
    assert (
        amount_between(year, 0, 99),
        amount_between(year, 158, 131),
        amount_between(year, 0, 9_999),
    ) == (0, 0, 365_000)


def test_a_period_without_days_is_refused() -> None:
    """An amount that would fall on no day is rejected."""
    with pytest.raises(Malformed, match="bad_period"):
        Spread(100, 5, 4)


@given(SPREADS)
def test_days_sum_to_the_amount(spread: Spread) -> None:
    """The days sum to the amount exactly and differ by at most one minor unit."""
    days = daily_amounts(spread)

    assert spread.amount == sum(days.values())
    assert max(days.values()) - min(days.values()) <= 1
    assert list(range(spread.first, spread.last + 1)) == list(days)


@given(SPREADS, DAYS, DAYS)
def test_adjoining_windows_add_up(spread: Spread, first: int, second: int) -> None:
    """Adjacent windows sum to the whole, and a window is the sum of its days."""
    since, until = sorted((first, second))
    days = daily_amounts(spread)

    assert spread.amount == (
        amount_between(spread, 0, since - 1)
        + amount_between(spread, since, until)
        + amount_between(spread, until + 1, 10**6)
    )
    assert amount_between(spread, since, until) == sum(
        days.get(day, 0) for day in range(since, until + 1)
    )
