"""Read the day at the beginning of a cell: with or without an era, a weekday, month names, or as a serial number."""

import re
from datetime import date, timedelta
from enum import Enum

from schemas.errors import Malformed


class DateForm(Enum):
    """The order of the parts of the dates of a column; the values are what a map writes."""

    ONE_READING = "one reading"  # the default: only what can be read in one way
    YEAR_FIRST = "y/m/d"
    MONTH_FIRST = "m/d/y"
    DAY_FIRST = "d/m/y"
    EXCEL = "excel"
    EXCEL_1904 = "excel 1904"


# Era → the year before its first, its first and its last day; only the eras that reach into our range of years.
ERAS = {
    "平成": (1988, date(1989, 1, 8), date(2019, 4, 30)),
    "令和": (2018, date(2019, 5, 1), date.max),
}
ERA_BY_LETTER = {"h": "平成", "r": "令和"}
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH = r"(?P<word>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
SERIAL_START = {DateForm.EXCEL: date(1899, 12, 30), DateForm.EXCEL_1904: date(1904, 1, 1)}
SERIAL = re.compile(r"(?P<days>\d{5})(?:\.(?P<part>\d+))?")
MIN_SERIAL, MAX_SERIAL = 32_874, 73_050  # 1990-01-01 and 2099-12-31 in the 1900 system
WEEKDAYS = "月火水木金土日"
WEEKDAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEKDAY = re.compile(
    r"\s*(?:\((?P<ja>[月火水木金土日])(?:曜日?)?\)|\s(?P<long>[月火水木金土日])曜日?"
    r"|\(?(?P<en>mon|tue|wed|thu|fri|sat|sun)[a-z]*\)?(?=\W|$))",
    re.IGNORECASE,
)
LEADING_WEEKDAY = re.compile(r"(?P<en>mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+", re.IGNORECASE)
ERA_DAY = re.compile(
    r"(?P<era>平成|令和|[hr])\s*(?P<year>元|\d{1,2})(?:年\s*(?P<month_ja>\d{1,2})月\s*(?P<day_ja>\d{1,2})日"
    r"|(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2}))",
    re.IGNORECASE,
)
YEAR_FIRST = re.compile(
    r"(?P<year>\d{4})(?:(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})"
    r"|年\s*(?P<month_ja>\d{1,2})月\s*(?P<day_ja>\d{1,2})日)(?!\d)"
)
COMPACT = re.compile(r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})(?!\d)")
WORDS = (
    re.compile(
        rf"{MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})", re.IGNORECASE
    ),
    re.compile(
        rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[-\s]{MONTH}[-,\s]\s*(?P<year>\d{{4}}|\d{{2}})(?!\d)",
        re.IGNORECASE,
    ),
)
PARTS = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?!\d)")
TWO_DIGITS_FIRST = re.compile(r"(?P<year>\d{2})([-/.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})(?!\d)")


def read_day(text: str, form: DateForm, quoted: str) -> tuple[date, str]:
    """The day at the start of the normalized cell, and what follows it; raise Malformed. `quoted` is for messages."""
    leading = LEADING_WEEKDAY.match(text)
    if leading is not None:
        text = text[leading.end() :]
    try:
        day, rest = _read(text, form, quoted)
    except ValueError as error:
        raise Malformed("not_a_date", quoted) from error
    following = WEEKDAY.match(rest)
    for weekday in (leading, following):
        if weekday is not None and _weekday_number(weekday) != day.weekday():
            raise Malformed("other_weekday", f"{quoted}|{day}|{WEEKDAYS[day.weekday()]}")
    return day, rest if following is None else rest[following.end() :]


def _weekday_number(match: re.Match[str]) -> int:
    groups = match.groupdict()
    japanese = groups.get("ja") or groups.get("long")
    if japanese:
        return WEEKDAYS.index(japanese)
    return WEEKDAY_NAMES.index(str(groups["en"])[:3].casefold())


def _read(text: str, form: DateForm, quoted: str) -> tuple[date, str]:
    if form in SERIAL_START and (match := SERIAL.fullmatch(text)):
        fraction = f" 0.{match['part']}" if int(match["part"] or 0) else ""
        return SERIAL_START[form] + timedelta(days=int(match["days"])), fraction
    for pattern in (YEAR_FIRST, COMPACT):
        if match := pattern.match(text):
            return date(int(match["year"]), _number(match, "month"), _number(match, "day")), text[
                match.end() :
            ]
    if match := ERA_DAY.match(text):
        return _era_day(match, quoted), text[match.end() :]
    for pattern in WORDS:
        if match := pattern.match(text):
            month = MONTHS.index(match["word"].casefold()) + 1
            return date(_full_year(match["year"]), month, int(match["day"])), text[match.end() :]
    return _ordered_parts(text, form, quoted)


def _number(match: re.Match[str], name: str) -> int:
    groups = match.groupdict()
    return int(groups[name] or groups[f"{name}_ja"] or 0)


def _era_day(match: re.Match[str], quoted: str) -> date:
    era = ERA_BY_LETTER.get(match["era"].casefold(), match["era"])
    before, first, last = ERAS[era]
    year = 1 if match["year"] == "元" else int(match["year"])
    day = date(before + year, _number(match, "month"), _number(match, "day"))
    if not first <= day <= last:
        raise Malformed("outside_era", f"{quoted}|{era}|{first}|{'' if last == date.max else last}")
    return day


def _full_year(text: str) -> int:
    """A year of two digits lies within fifty years of 2020."""
    year = int(text)
    return year if len(text) == 4 else year + (2000 if year < 70 else 1900)


def _ordered_parts(text: str, form: DateForm, quoted: str) -> tuple[date, str]:
    """A day whose order the column, the map, or the cell itself tells."""
    if form is DateForm.YEAR_FIRST and (match := TWO_DIGITS_FIRST.match(text)):
        day = date(_full_year(match["year"]), int(match["month"]), int(match["day"]))
        return day, text[match.end() :]
    match = PARTS.match(text)
    if match is None:
        raise Malformed(_reason(text), quoted)
    first, mark, second, year = match.groups()
    is_month_first = form is DateForm.MONTH_FIRST
    is_day_first = form is DateForm.DAY_FIRST or (mark == "." and len(year) == 4)
    if len(year) == 4 and not (is_month_first or is_day_first):
        is_month_first, is_day_first = int(second) > 12, int(first) > 12
    if not (is_month_first or is_day_first):
        raise Malformed("ambiguous_date", quoted)
    month, number = (first, second) if is_month_first else (second, first)
    return date(_full_year(year), int(month), int(number)), text[match.end() :]


def _reason(text: str) -> str:
    """Why a cell that is no date is none."""
    if set(text) == {"#"}:
        return "narrow_column"
    if SERIAL.fullmatch(text) and MIN_SERIAL <= int(text[:5]) <= MAX_SERIAL:
        return "serial_number"
    return "not_a_date"
