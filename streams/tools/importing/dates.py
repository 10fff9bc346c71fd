"""Parse dates as tables write them, including Japanese ones; ambiguous and impossible dates are refused."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache

from schemas.errors import Malformed
from streams.tools.importing import clock_times, date_parts
from streams.tools.importing.date_parts import DateForm
from streams.tools.importing.refusals import quoted_cell

# The commonest way to write an instant; everything else takes the slower way.
PLAIN = re.compile(r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2}))?)?")
INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff]")
# One day of margin on both sides, so that no zone moves an instant out of the range of an event.
FIRST, LAST = datetime(1990, 1, 2, tzinfo=UTC), datetime(2099, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class TableInstant:
    """An instant in UTC. With `is_date_only` the cell had no time of day and `at` is the start of that local day."""

    at: datetime
    is_date_only: bool
    day: date

    @property
    def text(self) -> str:
        """ISO 8601, for ids and events; equal instants have equal texts."""
        return self.at.isoformat()


@lru_cache(maxsize=1 << 16)  # a table has far fewer days than rows
def parse_instant(
    text: str, zone: tzinfo, form: DateForm = DateForm.ONE_READING, clock_cell: str = ""
) -> TableInstant:
    """The instant in the cell, in `zone` unless the cell names its own; raise Malformed.

    `form` is the order of the parts in the column, `clock_cell` that of a separate column with the time of day.
    """
    if form is DateForm.ONE_READING and not clock_cell and (match := PLAIN.fullmatch(text)):
        return _plain(text, match, zone)
    normalized = INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).strip().lstrip("'").strip()
    day, rest = date_parts.read_day(normalized, form, quoted_cell(text))
    clock, own_zone = clock_times.read_time(rest, quoted_cell(text))
    if clock_cell.strip():
        if clock is not None:
            raise Malformed("two_times", f"{quoted_cell(text)}|{quoted_cell(clock_cell)}")
        plain_time = INVISIBLE.sub("", unicodedata.normalize("NFKC", clock_cell)).strip()
        clock, own_zone = clock_times.read_time(plain_time, quoted_cell(clock_cell))
    if clock is None and own_zone is not None:
        raise Malformed("not_a_date", quoted_cell(text))
    return _instant(text, day, clock, own_zone or zone)


def _plain(text: str, match: re.Match[str], zone: tzinfo) -> TableInstant:
    year, _, month, number, hour, minute, second = match.groups()
    try:
        day = date(int(year), int(month), int(number))
        clock = None if hour is None else time(int(hour), int(minute), int(second or 0))
    except ValueError as error:
        reason = "midnight" if (hour, minute) == ("24", "00") else "not_a_date"
        raise Malformed(reason, quoted_cell(text)) from error
    if clock is None:
        return _instant(text, day, None, zone)
    since_midnight = timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second)
    return _instant(text, day, since_midnight, zone)


def _instant(text: str, day: date, clock: timedelta | None, zone: tzinfo) -> TableInstant:
    try:
        local = datetime(day.year, day.month, day.day, tzinfo=zone) + (clock or timedelta())
        at = local.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Malformed("out_of_range", quoted_cell(text)) from error
    if not FIRST <= at < LAST:
        raise Malformed("out_of_range", quoted_cell(text))
    return TableInstant(at=at, is_date_only=clock is None, day=day)
