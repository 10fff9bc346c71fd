"""What a row tells, as canonical events whose ids are made of what they say."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from pydantic import ValidationError

from schemas.events.envelope import TYPES, full
from schemas.tenants.milestones import RANK, UNMAPPED, by_name
from streams.tools.importing.dates import TableInstant
from streams.tools.importing.row import RowReader

SOURCE = "urn:hirelay:import:"
# What has only a day happens in the order in which hiring goes, and stays within that day: a candidate applies first, a
# move comes after the interview it follows from, an ending comes last. Otherwise two of one day would stand in no order.
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
    """One canonical event of the row on `line`; `id` is a pure function of the kind of file and of the fact."""

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
            "type": full(self.type),
            "time": self.at.isoformat(),
            "timequality": "assumed" if self.assumed else "exact",
            "ingestmode": mode,
        }
        text = json.dumps(head, ensure_ascii=False, separators=(",", ":"))
        return f'{text[:-1]},"data":{self.data}}}'.encode()


@dataclass(frozen=True, kw_only=True)
class Fact:
    """What happened: the type, when, the entity it is about and whatever else makes it this occurrence."""

    type: str
    when: TableInstant
    entity: str
    more: tuple[str, ...] = ()
    guessed: bool = False  # the time is that of something else that the row tells


def tell(row: RowReader, kind: str, fact: Fact, data: Data) -> list[RowEvent]:
    """The event in a list, or an empty list and a problem of the row when our model does not take the data."""
    written = {name: value for name, value in data.items() if value not in (None, ())}
    try:
        read = TYPES[fact.type].model_validate_json(json.dumps(written, default=_plain))
    except ValidationError as error:
        for each in error.errors():
            place = ".".join(map(str, each["loc"])) or "the row"
            row.refuse(place, "not_canonical", place)
        return []
    parts = (kind, fact.type, fact.entity, fact.when.text, *fact.more)
    return [
        RowEvent(
            line=row.line,
            type=fact.type,
            id=hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32],
            source=SOURCE + kind,
            at=_instant(fact, row.layout.zone),
            assumed=fact.when.dated or fact.guessed,
            data=read.model_dump_json(exclude_none=True, exclude_defaults=True),
        )
    ]


def _instant(fact: Fact, zone: tzinfo) -> datetime:
    if not fact.when.dated:
        return fact.when.at
    family = fact.type.partition(".")[0]
    later = TIME_OF_DAY.get(fact.type) or TIME_OF_DAY.get(family) or timedelta()
    if fact.type == "application.stage_changed":
        known = by_name(fact.more[0], None) if fact.more else UNMAPPED
        later += timedelta(seconds=RANK.get(known, 0))
    # By the clock on the wall, so that a day of 23 hours holds it too.
    return (datetime.combine(fact.when.day, time(), zone) + later).astimezone(UTC)


def _plain(value: object) -> object:
    """Our own values and instants as JSON."""
    if isinstance(value, TableInstant):
        return value.text
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json", exclude_none=True)
    raise TypeError(type(value).__name__)


def derived(*parts: str) -> str:
    """An id for what has none in the file, made of what it is about."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:24]
