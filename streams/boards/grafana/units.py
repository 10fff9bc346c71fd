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


# `exact` turns a number into a decimal, whose halves ClickHouse rounds away from zero; `grouped` separates thousands.
NUMBER_LAMBDAS = r"""x -> toDecimal128(toString(x), 12) as exact,
    text -> concat(
        replaceRegexpOne(reverseUTF8(replaceRegexpAll(reverseUTF8(substringIndex(text, '.', 1)), '([0-9][0-9][0-9])', '\\1,')), '^([^0-9]*),', '\\1'),
        substring(text, length(substringIndex(text, '.', 1)) + 1)
    ) as grouped"""


def sql_number(number: str, unit: str, language: str) -> str:
    """Return SQL that writes a number (not null) as `schemas.text.units` does, except for `grouped`; needs `NUMBER_LAMBDAS`."""
    form = number_format(unit, language)
    rounded = f"round({'100 * ' * form.percent}exact({number}), {form.maximum})"
    text = f"toDecimalString({rounded}, {form.minimum})" if form.minimum else f"toString({rounded})"
    suffix = "%" * form.percent + form.suffix
    return f"concat({text}, {sql_string(suffix)})" if suffix else text


def sql_money(number: str) -> str:
    """Return SQL that writes an amount (not null) with all its decimals; it also needs `currency` and its `places`."""
    rounded = f"round(exact({number}), places)"
    text = f"if(places = 0, toString({rounded}), toDecimalString({rounded}, places))"
    signs, symbols = sql_array(SYMBOLS), sql_array(f"\\0{symbol}" for symbol in SYMBOLS.values())
    return f"""if(
            has({signs}, currency),
            replaceRegexpOne({text}, '^-?', transform(currency, {signs}, {symbols}, '')),
            concat({text}, ' ', currency)
        )"""
