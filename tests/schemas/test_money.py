"""Amounts in a currency's own unit and in its minor unit are the same amount."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.money import decimals, major, minor, minor_units, shown

CURRENCIES = st.sampled_from(["JPY", "USD", "KWD", "CLF", "XXX"])


@given(st.integers(-(2**53), 2**53), CURRENCIES)
def test_minor_units_are_exact(minor: int, currency: str) -> None:
    """What is written with all its decimals is read back to the last one, and anything finer is refused."""
    written = Decimal(minor).scaleb(-decimals(currency))

    assert minor_units(written, currency) == minor
    assert minor_units(Decimal(f"{minor}.{'0' * 30}1"), currency) is None


@given(st.integers(-(10**12), 10**12), CURRENCIES)
def test_a_target_in_the_own_unit_is_one_in_minor_units(written: int, currency: str) -> None:
    """Of dinars a thousand, of yen one."""
    assert minor(written, currency) == written * 10 ** decimals(currency)
    assert major(minor(written, currency), currency) == pytest.approx(written)


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        *((1234567, "JPY", "¥1,234,567"), (123450, "USD", "1,234.50 USD")),
        *((1234, "KWD", "1.234 KWD"), (1234, "KRW", "1,234 KRW")),
    ],
)
def test_people_read_the_own_unit(minor: int, currency: str, text: str) -> None:
    """Yen without decimals, dollars with two, dinars with three."""
    assert shown(minor, currency) == text
    assert isinstance(major(5, "JPY"), int)
