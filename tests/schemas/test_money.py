"""Amounts convert exactly between major and minor units of a currency."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.money import decimals, format_amount, minor_units, to_major, to_minor

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


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        *((1234567, "JPY", "¥1,234,567"), (123450, "USD", "1,234.50 USD")),
        *((1234, "KWD", "1.234 KWD"), (1234, "KRW", "1,234 KRW")),
    ],
)
def test_amounts_are_formatted_in_major_units(minor: int, currency: str, text: str) -> None:
    """Yen have no decimals, dollars two, dinars three."""
    assert format_amount(minor, currency) == text
    assert isinstance(to_major(5, "JPY"), int)
