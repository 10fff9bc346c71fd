"""Parse table cells to ids, texts, numbers and money; each parser raises Malformed with a reason of `REFUSALS`."""

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from schemas.errors import Malformed
from schemas.money import minor_units
from streams.ingest.cleaning.free_names import without_personal_data
from streams.ingest.cleaning.identifiers import clean_id
from streams.tools.importing.refusals import quoted_cell

# A derived id holds two ids and an instant and stays below 200 characters.
MAX_ID_LENGTH, MAX_TEXT_LENGTH = 100, 500
MAX_NUMBER = 2**53
NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
GROUPED_NUMBER = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")
CURRENCY_CODE = re.compile(r"[A-Z]{3}")
SPREADSHEET_STARTS = "=#"
QUOTED_ID = re.compile(r'="(?P<id>[^"]+)"')
ROUNDED_ID = re.compile(r"\d(?:\.\d+)?E\+\d{2,3}", re.IGNORECASE)
ID_SEPARATORS = re.compile(r"[,、;|\n]+")
# Decoding turns the yen sign of Shift_JIS into a backslash.
CURRENCY_BY_MARK = {"¥": "JPY", "\\": "JPY", "円": "JPY", "$": "USD", "€": "EUR", "£": "GBP"}
MONEY = re.compile(
    r"(?P<before>[¥\\$€£]|[A-Z]{3})?\s*(?P<number>[-\d,.]+)\s*(?P<many>億|千万|百万|万|千)?\s*(?P<after>円|[A-Z]{3})?"
    r"\s*(?:\((?P<tax>税込|税抜|税別)\))?"
)
MULTIPLES = {"億": 100_000_000, "千万": 10_000_000, "百万": 1_000_000, "万": 10_000, "千": 1_000}
UNITS = ("円", "千円", "万円", "百万円")  # of a column whose cells are bare numbers


@lru_cache(maxsize=1 << 14)  # a row reads its id more than once, and a table has few jobs
def parse_id(text: str) -> str:
    """An id of the customer's system in the form of every door.

    Refused are e-mail addresses and what a spreadsheet leaves of an id: an error, or a number rounded to 1.23E+11. What it
    adds is taken away: 123.0 is 123, and ="00123" is 00123.
    """
    name = clean_id(text)
    if name is None:
        raise Malformed("at_in_id")
    if name[:1] in SPREADSHEET_STARTS and (quoted := QUOTED_ID.fullmatch(name)):
        name = quoted["id"]
    if name[-2:] == ".0" and name[:-2].isdigit():
        name = name[:-2]
    elif name[:1] in SPREADSHEET_STARTS or ("+" in name and ROUNDED_ID.fullmatch(name)):
        raise Malformed("spreadsheet_id", quoted_cell(text))
    return _check_length(name, MAX_ID_LENGTH)


def parse_text(text: str) -> str:
    """A name such as that of a job, a stage or a reason, without personal data; refused if it holds nothing else."""
    name = without_personal_data(text)
    if not name:
        raise Malformed("email")
    return _check_length(name, MAX_TEXT_LENGTH)


def parse_ids(text: str) -> tuple[str, ...]:
    """The distinct ids of one cell, separated by commas, semicolons, bars or line breaks."""
    ids = (parse_id(part) for part in ID_SEPARATORS.split(text) if part.strip())
    return tuple(dict.fromkeys(ids))


def parse_number(text: str) -> float:
    """A number with a decimal point."""
    normalized = unicodedata.normalize("NFKC", text).strip()
    if NUMBER.fullmatch(normalized) is None or abs(float(normalized)) > MAX_NUMBER:
        raise Malformed("not_a_number", quoted_cell(text))
    return float(normalized)


def parse_integer(text: str) -> int:
    """An integer; spreadsheets write 2.0 for 2."""
    value = parse_number(text)
    if not value.is_integer():
        raise Malformed("not_whole", quoted_cell(text))
    return int(value)


def parse_currency(text: str) -> str:
    """An ISO 4217 code."""
    normalized = unicodedata.normalize("NFKC", text).strip().upper()
    if CURRENCY_CODE.fullmatch(normalized) is None:
        raise Malformed("not_a_currency", quoted_cell(text))
    return normalized


def parse_money(text: str, expected: str | None, unit: str = "", tax: int = 0) -> tuple[int, str]:
    """Minor units and currency: `expected`, else the currency marked in the cell, else JPY.

    `unit` (of `UNITS`) is that of cells without one of their own; `tax` percent are included and taken out, except of a cell
    that says 税抜. One that says 税込 needs the rate.
    """
    match = MONEY.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None or GROUPED_NUMBER.fullmatch(match["number"]) is None:
        raise Malformed("not_money", quoted_cell(text))
    for symbol in filter(None, (match["before"], match["after"])):
        marked_currency = CURRENCY_BY_MARK.get(symbol, symbol)
        expected = expected or marked_currency
        if marked_currency != expected:
            raise Malformed("other_currency", marked_currency)
    code = expected or "JPY"
    multiple = match["many"] or ("" if match["after"] else unit.removesuffix("円"))
    amount = Decimal(match["number"].replace(",", "")) * MULTIPLES.get(multiple, 1)
    if match["tax"] == "税込" and not tax:
        raise Malformed("tax_included", quoted_cell(text))
    if tax and match["tax"] in {None, "税込"}:
        amount = (amount * 100 / (100 + tax)).quantize(Decimal(1), ROUND_HALF_UP)
    minor = minor_units(amount, code)
    if minor is None or abs(minor) > MAX_NUMBER:
        raise Malformed("not_money", quoted_cell(text))
    return minor, code


def _check_length(text: str, max_length: int) -> str:
    if len(text) > max_length:
        raise Malformed("too_long", str(max_length))
    return text
