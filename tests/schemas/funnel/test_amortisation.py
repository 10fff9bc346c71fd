"""Money spread over days is neither lost nor made."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import Malformed
from schemas.funnel.amortisation import Spread, daily, part

DAYS = st.integers(19_000, 19_800)
SPREADS = st.builds(
    lambda amount, first, length: Spread(amount, first, first + length),
    st.integers(-(10**10), 10**10),
    DAYS,
    st.integers(0, 400),
)


def test_a_contract_of_a_week() -> None:
    """¥100 over seven days: the daily parts differ by a yen at most."""
    assert list(daily(Spread(100, 1, 7)).values()) == [14, 14, 14, 15, 14, 14, 15]


def test_a_refund_is_spread_too() -> None:
    """¥-10 over three days."""
    assert daily(Spread(-10, 1, 3)) == {1: -4, 2: -3, 3: -3}


def test_a_window_takes_what_falls_into_it() -> None:
    """A year's ¥365,000 gives February ¥28,000, and nothing to the year before."""
    year = Spread(365_000, 100, 464)

    assert part(year, 131, 158) == 28_000
    assert (part(year, 0, 99), part(year, 158, 131), part(year, 0, 9_999)) == (0, 0, 365_000)


def test_a_period_without_days_is_refused() -> None:
    """Money that would fall on no day is not accepted."""
    with pytest.raises(Malformed, match="bad_period"):
        Spread(100, 5, 4)


@given(SPREADS)
def test_days_sum_to_the_amount(spread: Spread) -> None:
    """To the last yen, and no day is more than a yen from another."""
    days = daily(spread)

    assert spread.amount == sum(days.values())
    assert max(days.values()) - min(days.values()) <= 1
    assert list(range(spread.first, spread.last + 1)) == list(days)


@given(SPREADS, DAYS, DAYS)
def test_adjoining_windows_add_up(spread: Spread, one: int, other: int) -> None:
    """January and February make both months, each the sum of its days."""
    since, until = sorted((one, other))
    days = daily(spread)

    assert spread.amount == (
        part(spread, 0, since - 1) + part(spread, since, until) + part(spread, until + 1, 10**6)
    )
    assert part(spread, since, until) == sum(days.get(day, 0) for day in range(since, until + 1))
