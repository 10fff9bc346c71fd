"""Cells of a table as values: ids, texts, numbers and money; each reader raises Malformed with a reason of `REFUSALS`."""

import re
import unicodedata
from decimal import Decimal

from schemas.errors import Malformed
from schemas.money import minor_units
from streams.tools.importing.refusals import EMAIL, shown

LONGEST_ID, LONGEST_TEXT = (
    100,
    500,
)  # a derived id holds two ids and an instant, and stays below 200
LARGEST = 2**53
NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
GROUPED = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")
CURRENCY = re.compile(r"[A-Z]{3}")
PEOPLE = re.compile(r"[,、;|\n]+")
# A yen sign of Shift_JIS is read as a backslash.
MARKS = {"¥": "JPY", "\\": "JPY", "円": "JPY", "$": "USD", "€": "EUR", "£": "GBP"}
MARKED = re.compile(
    r"(?P<before>[¥\\$€£]|[A-Z]{3})?\s*(?P<number>[-\d,.]+)\s*(?P<many>万)?\s*(?P<after>円|[A-Z]{3})?"
)
TEN_THOUSAND = 10_000  # 万


def identity(text: str) -> str:
    """An id of the customer's system, which may not be an e-mail address."""
    if "@" in unicodedata.normalize("NFKC", text):
        raise Malformed("at_in_id")
    return _short(" ".join(text.split()), LONGEST_ID)


def words(text: str) -> str:
    """A name of a thing: a job, a stage, a reason."""
    if EMAIL.search(unicodedata.normalize("NFKC", text)):
        raise Malformed("email")
    return _short(" ".join(text.split()), LONGEST_TEXT)


def people(text: str) -> tuple[str, ...]:
    """Ids in one cell, each once, separated by commas, semicolons, bars or line breaks."""
    found = (identity(part) for part in PEOPLE.split(text) if part.strip())
    return tuple(dict.fromkeys(found))


def number(text: str) -> float:
    """A number with a point for decimals."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if NUMBER.fullmatch(plain) is None or abs(float(plain)) > LARGEST:
        raise Malformed("not_a_number", shown(text))
    return float(plain)


def whole(text: str) -> int:
    """A whole number; spreadsheets write 2.0 for 2."""
    found = number(text)
    if not found.is_integer():
        raise Malformed("not_whole", shown(text))
    return int(found)


def currency(text: str) -> str:
    """A code of ISO 4217."""
    plain = unicodedata.normalize("NFKC", text).strip().upper()
    if CURRENCY.fullmatch(plain) is None:
        raise Malformed("not_a_currency", shown(text))
    return plain


def money(text: str, expected: str | None) -> tuple[int, str]:
    """Minor units and the currency: the `expected` one, else the one that the cell is marked with, else JPY."""
    found = MARKED.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None or GROUPED.fullmatch(found["number"]) is None:
        raise Malformed("not_money", shown(text))
    for mark in filter(None, (found["before"], found["after"])):
        marked = MARKS.get(mark, mark)
        expected = expected or marked
        if marked != expected:
            raise Malformed("other_currency", marked)
    unit = expected or "JPY"
    amount = Decimal(found["number"].replace(",", "")) * (TEN_THOUSAND if found["many"] else 1)
    minor = minor_units(amount, unit)
    if minor is None or abs(minor) > LARGEST:
        raise Malformed("not_money", shown(text))
    return minor, unit


def _short(text: str, longest: int) -> str:
    if len(text) > longest:
        raise Malformed("too_long", str(longest))
    return text
