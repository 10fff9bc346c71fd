"""Build canonical events with deterministic ids from rows."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from pydantic import ValidationError

from schemas.events.envelope import TYPES, full_type
from schemas.tenants.milestones import RANK, UNMAPPED, lookup_milestone
from streams.ingest.cleaning.times import check_times
from streams.tools.importing.dates import TableInstant
from streams.tools.importing.row import RowReader

SOURCE = "urn:hirelay:import:"
# Events with a date only get a time of day in the order of a hiring process: the application first, a move after the
# interview that caused it, the outcome last. Without this, events of one day would have no order.
TIME_OF_DAY = {
    "interview": timedelta(hours=12),
    "feedback": timedelta(hours=13),
    "application.stage_changed": timedelta(hours=23),
    "offer": timedelta(hours=23, minutes=30),
    "application.rejected": timedelta(hours=23, minutes=45),
    "application.withdrawn": timedelta(hours=23, minutes=45),
    "application.closed": timedelta(hours=23, minutes=45),
    "application.hired": timedelta(hours=23, minutes=45),
}

Data = Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class RowEvent:
    """One canonical event of the row on `line`; `id` is a pure function of the kind of file and the fact."""

    line: int
    type: str
    id: str
    source: str
    at: datetime
    assumed: bool
    data: str

    def envelope(self, mode: str) -> bytes:
        """The event as CloudEvents 1.0 JSON."""
        head = {
            "specversion": "1.0",
            "id": self.id,
            "source": self.source,
            "type": full_type(self.type),
            "time": self.at.isoformat(),
            "timequality": "assumed" if self.assumed else "exact",
            "ingestmode": mode,
        }
        text = json.dumps(head, ensure_ascii=False, separators=(",", ":"))
        return f'{text[:-1]},"data":{self.data}}}'.encode()

    def check_times(self, now: datetime) -> None:
        """Raise Malformed if the event happened more than two days after `now`."""
        check_times(self.type, TYPES[self.type].model_validate_json(self.data), self.at, now)


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One occurrence: type, time, entity, and `discriminators` that distinguish it from others of the same entity and time."""

    type: str
    when: TableInstant
    entity: str
    discriminators: tuple[str, ...] = ()
    is_estimated: bool = False  # the time is taken from another date of the row


def to_events(row: RowReader, kind: str, fact: Fact, data: Data) -> list[RowEvent]:
    """The event as a list; an empty list and a problem of the row if the data does not fit our model."""
    present = {name: value for name, value in data.items() if value not in (None, ())}
    try:
        validated = TYPES[fact.type].model_validate_json(json.dumps(present, default=_json_default))
    except ValidationError as error:
        for problem in error.errors():
            location = ".".join(map(str, problem["loc"])) or "the row"
            row.refuse(location, "not_canonical", location)
        return []
    parts = (kind, fact.type, fact.entity, fact.when.text, *fact.discriminators)
    return [
        RowEvent(
            line=row.line,
            type=fact.type,
            id=hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32],
            source=SOURCE + kind,
            at=_event_time(fact, row.layout.zone),
            assumed=fact.when.is_date_only or fact.is_estimated,
            data=validated.model_dump_json(exclude_none=True, exclude_defaults=True),
        )
    ]


def _event_time(fact: Fact, zone: tzinfo) -> datetime:
    if not fact.when.is_date_only:
        return fact.when.at
    family = fact.type.partition(".")[0]
    offset = TIME_OF_DAY.get(fact.type) or TIME_OF_DAY.get(family) or timedelta()
    if fact.type == "application.stage_changed":
        milestone = (
            lookup_milestone(fact.discriminators[0], None) if fact.discriminators else UNMAPPED
        )
        offset += timedelta(seconds=RANK.get(milestone, 0))
    # In local wall-clock time, so that the event stays within a day of 23 hours.
    return (datetime.combine(fact.when.day, time(), zone) + offset).astimezone(UTC)


def _json_default(value: object) -> object:
    """Encode our models and instants as JSON."""
    if isinstance(value, TableInstant):
        return value.text
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json", exclude_none=True)
    raise TypeError(type(value).__name__)


def derived_id(*parts: str) -> str:
    """An id derived from the content, for records without one in the file."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:24]
