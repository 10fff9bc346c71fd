"""Amounts convert exactly between major and minor units of a currency."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.money import decimals, minor_units, to_major, to_minor

CURRENCIES = st.sampled_from(["JPY", "USD", "KWD", "CLF", "XXX"])


@given(st.integers(-(2**53), 2**53), CURRENCIES)
def test_minor_units_are_exact(minor: int, currency: str) -> None:
    """An amount with all its decimals converts exactly; a finer amount is rejected."""
    amount = Decimal(minor).scaleb(-decimals(currency))

    assert minor_units(amount, currency) == minor
    assert minor_units(Decimal(f"{minor}.{'0' * 30}1"), currency) is None


@given(st.integers(-(10**12), 10**12), CURRENCIES)
def test_a_major_amount_converts_to_minor_units_and_back(amount: int, currency: str) -> None:
    """A dinar has a thousand minor units, a yen one."""
    assert to_minor(amount, currency) == amount * 10 ** decimals(currency)
    assert to_major(to_minor(amount, currency), currency) == pytest.approx(amount)


def test_an_amount_without_minor_units_stays_an_integer() -> None:
    """Five yen are the integer 5 in major units."""
    assert isinstance(to_major(5, "JPY"), int)
