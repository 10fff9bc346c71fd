"""Instants and local days as integers: milliseconds and days since 1970-01-01."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
EPOCH_DAY = date(1970, 1, 1).toordinal()
UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def milliseconds(moment: datetime) -> int:
    """Whole milliseconds since 1970 UTC; exact, without floating point."""
    return (moment - UNIX_EPOCH) // _MILLISECOND


def parse_instant(text: str) -> int:
    """Milliseconds since 1970 UTC of an RFC 3339 string; raise ValueError."""
    return milliseconds(datetime.fromisoformat(text))


def parse_day(text: str | None) -> int | None:
    """Days since 1970-01-01 of an ISO date; raise ValueError."""
    return None if text is None else day_number(date.fromisoformat(text))


def local_today(now: datetime, timezone: str) -> date:
    """The local day at `now`, which must be timezone-aware, in a zone of the IANA database: a tenant's "today"."""
    return now.astimezone(ZoneInfo(timezone)).date()


def day_number(day: date) -> int:
    """Days since 1970-01-01, as in cells."""
    return day.toordinal() - EPOCH_DAY
