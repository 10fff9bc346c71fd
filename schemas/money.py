"""Amounts of money in minor units of a currency (ISO 4217)."""

from decimal import Decimal
from fractions import Fraction

# Currencies without a minor unit (ISO 4217 table A.1).
WITHOUT_MINOR_UNIT = frozenset(
    [
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "PYG",
        "RWF",
        "UGX",
        "UYI",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ]
)
# Decimal places of the currencies whose minor unit is not a hundredth.
DECIMALS = {
    **dict.fromkeys(WITHOUT_MINOR_UNIT, 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}


def decimals(currency: str) -> int:
    """The number of decimal places of the currency."""
    return DECIMALS.get(currency, 2)


def minor_units(amount: Decimal, currency: str) -> int | None:
    """The exact amount in minor units; None if it has more decimal places than the currency."""
    units = Fraction(amount) * 10 ** decimals(currency)  # a Decimal would round to 28 digits
    return units.numerator if units.denominator == 1 else None


def to_major(minor: float, currency: str) -> float:
    """The amount in major units of the currency."""
    return minor if currency in WITHOUT_MINOR_UNIT else minor / 10 ** decimals(currency)


def to_minor(amount: float, currency: str) -> float:
    """Undo `to_major`."""
    units: int = 10 ** decimals(currency)
    return amount * units
