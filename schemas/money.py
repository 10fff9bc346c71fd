"""Amounts of money in words: minor units of a currency (ISO 4217)."""

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


def major(minor: float, currency: str) -> float:
    """The amount in the currency's own unit."""
    return minor if currency in WHOLE else minor / 100


def minor(amount: float, currency: str) -> float:
    """Undo `major`."""
    return amount if currency in WHOLE else amount * 100


def shown(minor: float, currency: str) -> str:
    """As people read it: `¥93,600` or `1,234.50 USD`."""
    if currency == "JPY":
        return f"¥{minor:,.0f}"
    return f"{major(minor, currency):,.{0 if currency in WHOLE else 2}f} {currency}"
