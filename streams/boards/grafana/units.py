"""The formats of numbers as Grafana applies them: units of fields, and SQL for numbers inside of text.

Grafana abbreviates `short` (1.23 K), counts `d` in weeks and shows as many decimals as it finds room for; these units do not.
"""

from collections.abc import Iterable
from typing import Any

from schemas.text.units import SYMBOLS, number_format

INSTANT = "dateTimeAsIso"
# Whole amounts; `currency:financial` writes every digit.
SYMBOL_UNITS = {code: f"currency:financial:{symbol}" for code, symbol in SYMBOLS.items()}


def grafana_unit(unit: str, language: str) -> str:
    """Return the Grafana unit of numbers in a unit other than money, or of instants."""
    if unit == "time":
        return INSTANT
    form = number_format(unit, language)
    if form.percent:
        return "percentunit"
    return f"suffix:{form.suffix}" if form.suffix else "locale"


def grafana_decimals(unit: str, language: str) -> int | None:
    """Return the setting of decimals; None for units that would pad to it, which show as many as the number needs."""
    if unit == "time" or grafana_unit(unit, language).startswith("suffix:"):
        return None
    return number_format(unit, language).maximum


def unit_properties(unit: str, language: str) -> dict[str, Any]:
    """Return the field properties of numbers in a unit other than money, or of instants."""
    decimals = grafana_decimals(unit, language)
    properties: dict[str, Any] = {"unit": grafana_unit(unit, language)}
    return properties if decimals is None else properties | {"decimals": decimals}


def sql_string(text: str) -> str:
    """Quote trusted text as an SQL string literal."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def sql_array(texts: Iterable[str]) -> str:
    """Quote trusted texts as an SQL array."""
    return f"[{', '.join(sql_string(text) for text in texts)}]"


# `digits(number, least, most)`: groups of three digits with `least` to `most` decimals; halves are rounded away from zero.
DIGITS = r"""(x, most) -> toUInt64(round(toDecimal128(toString(abs(x)), 12) * intExp10(most))) as parts,
    (n, most) -> leftPad(toString(n % intExp10(most)), most, '0') as padded,
    n -> replaceRegexpOne(reverse(replaceRegexpAll(reverse(toString(n)), '([0-9][0-9][0-9])', '\\1,')), '^,', '') as grouped,
    (text, least) -> concat('.', substring(text, 1, least), replaceRegexpOne(substring(text, least + 1), '0+$', '')) as fraction,
    (x, least, most) -> concat(
        if(x < 0 and parts(x, most) > 0, '-', ''),
        grouped(intDiv(parts(x, most), intExp10(most))),
        if(most = 0, '', replaceRegexpOne(fraction(padded(parts(x, most), most), least), '[.]$', ''))
    ) as digits"""


def sql_number(number: str, unit: str, language: str) -> str:
    """Return SQL that writes a number (not null) as `schemas.text.units` does; needs `DIGITS`."""
    form = number_format(unit, language)
    scaled = f"100 * {number}" if form.percent else number
    text = f"digits({scaled}, {form.minimum}, {form.maximum})"
    suffix = "%" * form.percent + form.suffix
    return f"concat({text}, {sql_string(suffix)})" if suffix else text


def sql_money(number: str) -> str:
    """Return SQL that writes an amount (not null) with all its decimals; needs `DIGITS`, `currency` and its `places`."""
    symbols = "".join(
        f"currency = {sql_string(code)}, concat({sql_string(symbol)}, amount), "
        for code, symbol in SYMBOLS.items()
    )
    amount = f"digits({number}, places, places)"
    return f"multiIf({symbols}concat(amount, ' ', currency))".replace("amount", amount)
