"""One formatter per unit: numbers, money and instants as readers of either language expect them.

A `NumberFormat` is data, so that the board page applies the same formats with `Intl`, Grafana with its units, and ClickHouse
in SQL. Digits come from Babel (CLDR). Halves are rounded away from zero, as in `Intl` and as people round.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from decimal import ROUND_HALF_UP, Decimal, localcontext

from babel.dates import format_datetime
from babel.numbers import format_decimal

from schemas.money import decimals, to_major
from schemas.text.languages import Words, translate

NO_VALUE = "–"
INSTANT_PATTERN = "yyyy-MM-dd HH:mm"
PRECISION = 60  # decimal digits of intermediate results; amounts have far fewer


@dataclass(frozen=True, kw_only=True)
class NumberFormat:
    """How a number is written: `minimum` to `maximum` decimal places between a prefix and a suffix.

    `percent` multiplies by 100 and appends %. The format applies to absolute values of at least `at_least`, after division by
    `divisor` (both 0 and 1 unless the amount is abbreviated).
    """

    minimum: int = 0
    maximum: int = 1
    percent: bool = False
    prefix: str = ""
    suffix: str = ""
    at_least: float = 0
    divisor: float = 1

    def format(self, value: float, language: str) -> str:
        """Write the value with the digits of the language."""
        pattern = "#,##0" + "." * bool(self.maximum) + "0" * self.minimum
        pattern += "#" * (self.maximum - self.minimum) + "%" * self.percent
        with localcontext(prec=PRECISION, rounding=ROUND_HALF_UP):
            number = Decimal(str(value if self.divisor == 1 else value / self.divisor))
            digits = format_decimal(number, pattern, locale=language)
        sign = "-" if digits.startswith("-") and digits.strip("-0.%") else ""
        return f"{sign}{self.prefix}{digits.removeprefix('-')}{self.suffix}"


# `share` is a rate without room for decimals; `points` is a difference of rates.
_FORMATS: Mapping[str, NumberFormat] = {
    "count": NumberFormat(),
    "score": NumberFormat(),
    "ratio": NumberFormat(minimum=1, percent=True),
    "share": NumberFormat(maximum=0, percent=True),
    "days": NumberFormat(),
    "hours": NumberFormat(),
    "points": NumberFormat(minimum=1),
}
_SUFFIXES: Mapping[str, Words] = {
    "days": ("日", " d"),
    "hours": ("時間", " h"),
    "points": (" pt", " pt"),
}
NUMBER_UNITS = (*_FORMATS,)
# Babel writes Japanese yen as a full-width ￥, and dollars of the US, Canada and Singapore alike in their own locales;
# a company's amounts are read beside each other in both languages, so all other currencies show their ISO code.
SYMBOLS = {"JPY": "¥"}
# Myriads, by which Japanese readers abbreviate large amounts: from, divisor, word and decimal places.
MYRIADS: Mapping[str, tuple[tuple[float, float, str, int], ...]] = {
    "ja": ((1e8, 1e8, "億", 2), (1e6, 1e4, "万", 1)),
    "en": (),
}
WHOLE_AMOUNTS_FROM = 1000  # abbreviated amounts have no decimals from here


def number_format(unit: str, language: str) -> NumberFormat:
    """Return the format of a unit other than money; raise KeyError if there is no such unit."""
    suffix = translate(_SUFFIXES.get(unit, ("", "")), language)
    return replace(_FORMATS[unit], suffix=suffix)


def money_format(currency: str) -> NumberFormat:
    """Return the format of an amount in major units, with all its decimals."""
    places = decimals(currency)
    prefix = SYMBOLS.get(currency, "")
    suffix = "" if prefix else f" {currency}"
    return NumberFormat(minimum=places, maximum=places, prefix=prefix, suffix=suffix)


def short_money_formats(currency: str, language: str) -> tuple[NumberFormat, ...]:
    """Return the formats of abbreviated amounts in major units, largest first: myriads of yen, otherwise no decimals."""
    exact = money_format(currency)
    whole = replace(exact, minimum=0, maximum=0, at_least=WHOLE_AMOUNTS_FROM)
    if currency not in SYMBOLS:
        return (whole, exact)
    myriads = (
        replace(whole, maximum=places, suffix=word, at_least=at_least, divisor=divisor)
        for at_least, divisor, word, places in MYRIADS[language]
    )
    return (*myriads, whole, exact)


def apply_formats(value: float, formats: Sequence[NumberFormat], language: str) -> str:
    """Write the value in the first format that applies."""
    chosen = next(form for form in formats if abs(value) >= form.at_least)
    return chosen.format(value, language)


def format_number(value: float | None, unit: str, language: str, places: int | None = None) -> str:
    """Write a number in a unit other than money, with up to `places` decimals if given (a rate has exactly so many)."""
    if value is None:
        return NO_VALUE
    form = number_format(unit, language)
    if places is not None:
        form = replace(form, minimum=places if form.minimum else 0, maximum=places)
    return form.format(value, language)


def format_value(value: float | None, unit: str, language: str, currency: str) -> str:
    """Write a number in any unit; money is in major units of the currency."""
    if value is not None and unit == "money":
        return money_format(currency).format(value, language)
    return NO_VALUE if value is None else format_number(value, unit, language)


def format_amount(minor: float, currency: str, language: str) -> str:
    """Write an amount in minor units of the currency: `¥93,600` or `1,234.50 USD`."""
    return money_format(currency).format(to_major(minor, currency), language)


def format_difference(value: float | None, unit: str, language: str, currency: str) -> str:
    """Write a difference of two numbers in the unit with its sign; rates differ by percentage points."""
    if value is None:
        return NO_VALUE
    sign, size = "−" if value < 0 else "+", abs(value)
    if unit == "ratio":
        return sign + format_number(size * 100, "points", language)
    return sign + format_value(size, unit, language, currency)


def format_probability(value: float, unit: str, language: str) -> str:
    """Write a probability as a `ratio` or `share`; below 1 it never looks certain, above 0 never impossible."""
    smallest = float(Decimal(10) ** -(2 + number_format(unit, language).maximum))
    if 0 < value < smallest:
        return "<" + format_number(smallest, unit, language)
    if 1 - smallest < value < 1:
        return ">" + format_number(1 - smallest, unit, language)
    return format_number(value, unit, language)


def format_instant(moment: datetime, zone: tzinfo) -> str:
    """Write an instant to the minute, in the time zone of the company."""
    return format_datetime(moment, INSTANT_PATTERN, tzinfo=zone, locale="en")
