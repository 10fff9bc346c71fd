"""Amounts of money and their words: minor units of a currency (ISO 4217)."""

from decimal import Decimal
from fractions import Fraction

# Currencies without a minor unit, of ISO 4217 table A.1.
WHOLE = frozenset(
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
# Those whose minor unit is not a hundredth, by its decimals.
DECIMALS = {
    **dict.fromkeys(WHOLE, 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}


def decimals(currency: str) -> int:
    """How many decimals an amount of the currency has."""
    return DECIMALS.get(currency, 2)


def minor_units(amount: Decimal, currency: str) -> int | None:
    """The amount in minor units, exactly; None where it is finer than they are."""
    found = Fraction(amount) * 10 ** decimals(currency)  # a Decimal would round to 28 digits
    return found.numerator if found.denominator == 1 else None


def major(minor: float, currency: str) -> float:
    """The amount in the currency's own unit."""
    return minor if currency in WHOLE else minor / 10 ** decimals(currency)


def minor(amount: float, currency: str) -> float:
    """Undo `major`."""
    units: int = 10 ** decimals(currency)
    return amount * units


def shown(minor: float, currency: str) -> str:
    """As people read it: `¥93,600` or `1,234.50 USD`."""
    if currency == "JPY":
        return f"¥{minor:,.0f}"
    return f"{major(minor, currency):,.{decimals(currency)}f} {currency}"
