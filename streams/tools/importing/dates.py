"""Parse dates as tables write them, including Japanese ones; ambiguous dates are refused."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

from schemas.errors import Malformed
from streams.tools.importing.refusals import quoted_cell

INSTANT = re.compile(
    r"(?P<year>\d{4})(?:(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})|"
    r"年\s*(?P<month_ja>\d{1,2})月\s*(?P<day_ja>\d{1,2})日)\s*(?:\([月火水木金土日]\))?"
    r"(?:[T\s]*(?P<hour>\d{1,2})(?::(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<part>\d{1,9}))?)?|"
    r"時(?:\s*(?P<minute_ja>\d{1,2})分)?))?\s*(?P<zone>Z|UTC|[+-]\d{2}:?\d{2})?"
)


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


def parse_instant(text: str, zone: tzinfo) -> TableInstant:
    """The instant in the cell, in `zone` unless the cell names its own; raise Malformed."""
    match = INSTANT.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None or (match["zone"] and not match["hour"]):
        raise Malformed("not_a_date", quoted_cell(text))
    try:
        local = _local_time(match)
        at = local.replace(tzinfo=_parse_zone(match["zone"], zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Malformed("not_a_date", quoted_cell(text)) from error
    # One day of margin on both sides, so that no zone moves an instant out of the range of an event.
    if not datetime(1990, 1, 2, tzinfo=UTC) <= at < datetime(2099, 12, 31, tzinfo=UTC):
        raise Malformed("out_of_range", quoted_cell(text))
    return TableInstant(at=at, is_date_only=match["hour"] is None, day=local.date())


def _local_time(match: re.Match[str]) -> datetime:
    microseconds = (match["part"] or "")[:6].ljust(6, "0")
    return datetime(  # noqa: DTZ001 - the caller sets the zone
        int(match["year"]),
        int(match["month"] or match["month_ja"]),
        int(match["day"] or match["day_ja"]),
        int(match["hour"] or 0),
        int(match["minute"] or match["minute_ja"] or 0),
        int(match["second"] or 0),
        int(microseconds),
    )


def _parse_zone(offset: str | None, default: tzinfo) -> tzinfo:
    if offset is None:
        return default
    if offset in {"Z", "UTC"}:
        return UTC
    minutes = int(offset[1:3]) * 60 + int(offset[-2:])
    return timezone(timedelta(minutes=-minutes if offset[0] == "-" else minutes))
