"""Dates as tables write them, Japanese ones included; what could be read in two ways is refused."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

from schemas.errors import Malformed
from streams.tools.importing.refusals import shown

WRITTEN = re.compile(
    r"(?P<year>\d{4})(?:(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})|"
    r"年\s*(?P<month_ja>\d{1,2})月\s*(?P<day_ja>\d{1,2})日)\s*(?:\([月火水木金土日]\))?"
    r"(?:[T\s]*(?P<hour>\d{1,2})(?::(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<part>\d{1,9}))?)?|"
    r"時(?:\s*(?P<minute_ja>\d{1,2})分)?))?\s*(?P<zone>Z|UTC|[+-]\d{2}:?\d{2})?"
)


@dataclass(frozen=True, kw_only=True)
class TableInstant:
    """An instant in UTC; `dated` when the cell had no time of day, and `at` is the start of that local day."""

    at: datetime
    dated: bool
    day: date

    @property
    def text(self) -> str:
        """For ids and for events: one instant has one text."""
        return self.at.isoformat()


def when(text: str, zone: tzinfo) -> TableInstant:
    """The instant that the cell means, in `zone` unless it names its own; raise Malformed."""
    found = WRITTEN.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None or (found["zone"] and not found["hour"]):
        raise Malformed("not_a_date", shown(text))
    try:
        local = _local(found)
        at = local.replace(tzinfo=_zone(found["zone"], zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Malformed("not_a_date", shown(text)) from error
    # A day of leeway on both sides, so that no zone carries an instant out of what an event may hold.
    if not datetime(1990, 1, 2, tzinfo=UTC) <= at < datetime(2099, 12, 31, tzinfo=UTC):
        raise Malformed("out_of_range", shown(text))
    return TableInstant(at=at, dated=found["hour"] is None, day=local.date())


def _local(found: re.Match[str]) -> datetime:
    part = (found["part"] or "")[:6].ljust(6, "0")
    return datetime(  # noqa: DTZ001 - the zone comes next
        int(found["year"]),
        int(found["month"] or found["month_ja"]),
        int(found["day"] or found["day_ja"]),
        int(found["hour"] or 0),
        int(found["minute"] or found["minute_ja"] or 0),
        int(found["second"] or 0),
        int(part),
    )


def _zone(named: str | None, otherwise: tzinfo) -> tzinfo:
    if named is None:
        return otherwise
    if named in {"Z", "UTC"}:
        return UTC
    minutes = int(named[1:3]) * 60 + int(named[-2:])
    return timezone(timedelta(minutes=-minutes if named[0] == "-" else minutes))
