"""Parse times of day: 9:00, 午後3時5分, 3:05 PM, with or without a zone."""

import re
from datetime import UTC, timedelta, timezone, tzinfo

from schemas.errors import Malformed

TIME = re.compile(
    r"(?P<before>午前|午後|[ap]\.?m\.?)?\s*"
    r"(?:(?P<hour>\d{1,2}):(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?:[.,](?P<part>\d{1,9}))?)?"
    r"|(?P<hour_ja>\d{1,2})時(?:\s*(?P<minute_ja>\d{1,2})分|(?P<half>半))?(?:\s*(?P<second_ja>\d{1,2})秒)?"
    r"|(?P<bare_hour>\d{1,2})(?=\s*[ap]\.?m))"
    r"\s*(?P<after>[ap]\.?m\.?)?\s*(?P<zone>Z|UTC|GMT|JST|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
# 10:00-11:00 beside a day is a span and not a zone eleven hours behind, which follows a T, seconds or a space (10:00 -05:00).
SPAN = re.compile(
    r"(?P<first>(?:午前|午後)?\s*\d{1,2}(?::\d{2}|時(?:\d{1,2}分|半)?)\s*(?:[ap]\.?m\.?)?)(?:\s+[-–—~〜]\s+|[-–—~〜])"
    r"(?:午前|午後)?\d{1,2}(?::\d{2}|時).*",
    re.IGNORECASE,
)
FRACTION = re.compile(r"0\.\d+")  # of a day, as spreadsheets store times
ZONES = {"Z": UTC, "UTC": UTC, "GMT": UTC, "JST": timezone(timedelta(hours=9))}
AFTERNOON = ("午後", "p")
DAY_SECONDS = 86_400


def read_time(text: str, quoted: str) -> tuple[timedelta | None, tzinfo | None]:
    """The time since midnight and its zone, each None if absent; raise Malformed. `quoted` is the cell in messages.

    Of a span such as 10:00-11:00 it is the first time.
    """
    text = text.strip()
    span = SPAN.fullmatch(text)
    if span is not None:
        text = span["first"]
    text = text.removeprefix("T").strip()
    if not text:
        return None, None
    if FRACTION.fullmatch(text):
        return timedelta(seconds=round(float(text) * DAY_SECONDS)), None
    match = TIME.fullmatch(text)
    if match is None:
        raise Malformed("not_a_date", quoted)
    hour = int(match["hour"] or match["hour_ja"] or match["bare_hour"])
    minute = 30 if match["half"] else int(match["minute"] or match["minute_ja"] or 0)
    second = int(match["second"] or match["second_ja"] or 0)
    hour = _full_day_hour(hour, (match["before"] or match["after"] or "").casefold(), quoted)
    if (hour, minute, second) == (24, 0, 0):
        raise Malformed("midnight", quoted)
    if hour > 23 or minute > 59 or second > 59:
        raise Malformed("not_a_date", quoted)
    microseconds = int((match["part"] or "")[:6].ljust(6, "0"))
    clock = timedelta(hours=hour, minutes=minute, seconds=second, microseconds=microseconds)
    return clock, _zone(match["zone"])


def _full_day_hour(hour: int, half: str, quoted: str) -> int:
    """The hour of a day of 24 hours; 午後12時 and 12 PM are noon, 午前12時 and 12 AM midnight."""
    if not half:
        return hour
    if hour > 12:
        raise Malformed("not_a_date", quoted)
    return hour % 12 + (12 if half.startswith(AFTERNOON) else 0)


def _zone(name: str | None) -> tzinfo | None:
    if name is None:
        return None
    if name.upper() in ZONES:
        return ZONES[name.upper()]
    minutes = int(name[1:3]) * 60 + int(name[-2:])
    return timezone(timedelta(minutes=-minutes if name[0] == "-" else minutes))
