"""The formats of numbers and instants as the page applies them, through `Intl` in the reader's browser."""

from typing import Any

from schemas.text.units import NUMBER_UNITS, NumberFormat, number_format, short_money_formats

# Swedish is the locale in which `Intl` writes ISO 8601, as `schemas.text.units.format_instant` does.
INSTANT = {"locale": "sv-SE", "options": {"dateStyle": "short", "timeStyle": "short"}}


def page_formats(language: str, currency: str) -> dict[str, list[dict[str, Any]]]:
    """Return the formats of every unit, largest amounts first; amounts of money are abbreviated."""
    formats = {unit: [_to_intl(number_format(unit, language))] for unit in NUMBER_UNITS}
    money = [_to_intl(form) for form in short_money_formats(currency, language)]
    return formats | {"money": money}


def _to_intl(form: NumberFormat) -> dict[str, Any]:
    """Return the options of `Intl.NumberFormat`, and what it does not do."""
    options = {
        "minimumFractionDigits": form.minimum,
        "maximumFractionDigits": form.maximum,
        "style": "percent" if form.percent else "decimal",
    }
    return {
        "options": options,
        "prefix": form.prefix,
        "suffix": form.suffix,
        "at_least": form.at_least,
        "divisor": form.divisor,
    }
