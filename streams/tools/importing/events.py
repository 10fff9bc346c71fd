"""Build canonical events from rows; their order within a day and their ids are settled per application."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

import msgspec
from pydantic import ValidationError

from schemas.events.envelope import TYPES, full_type
from schemas.text.plain import plain_name
from streams.ingest.cleaning.times import check_times
from streams.tools.importing.dates import TableInstant
from streams.tools.importing.row import RowReader

SOURCE = "urn:hirelay:import:"
MAX_SLOT = 80  # characters of an id that has at most 200
# How the data of an event begins: of one about an application, about the employment after it or a job, and about a cost.
APPLICATION, BESIDE, COST = '{"application":{', ('{"application_id":', '{"job_id":'), '{"cost_id":'

Data = Mapping[str, object]


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """One occurrence: type, time, and what of the entity it is about.

    `slot` identifies it within the entity without its date, so that a corrected date corrects it: `ending`,
    `stage:一次面接`. An entity has a `single` slot once in a kind of file; others are numbered by time. The time is
    `estimated` if it is that of another date of the row, and `undated` if nobody knows when it happened.
    """

    type: str
    when: TableInstant
    entity: str
    slot: str
    single: bool = True
    estimated: bool = False
    undated: bool = False


class RowEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One canonical event of the row on `line` of the file with that index in the run.

    `at`, `number` and `revision` are settled once all events of the entity are known: `at` orders the events of a day,
    `number` counts the occurrences of the slot, `revision` is set on what corrects an earlier import. A corrected cost has a
    higher `version`, and names the application that had it.
    """

    line: int
    file: int = 0
    kind: str
    fact: Fact
    stage: str = ""
    data: str
    at: datetime
    number: int = 1
    revision: datetime | None = None
    connection: str = ""
    version: int = 1
    previous_member: str | None = None

    @property
    def type(self) -> str:
        """The short type."""
        return self.fact.type

    @property
    def assumed(self) -> bool:
        """Whether the time of day, or more, is not in the file."""
        return self.fact.when.is_date_only or self.fact.estimated or self.fact.undated

    @property
    def log_id(self) -> str:
        """What the event is the latest word on; the same for every version of one fact."""
        return f"import:{self.connection}:{self.kind}:{_short(self.fact.slot)}:{self.number}"

    @property
    def id(self) -> str:
        """A pure function of the fact, and of the import that corrected it."""
        fact = self.fact
        parts = [self.kind, fact.type, fact.entity, fact.slot, str(self.number), fact.when.text]
        if self.revision is not None:
            parts.append(self.revision.isoformat())
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]

    @property
    def time_quality(self) -> str:
        """What the envelope says of the time."""
        if self.fact.undated:
            return "unknown"
        return "assumed" if self.assumed else "exact"

    @property
    def content(self) -> str:
        """A digest of what the event says, by which a later import knows it again."""
        parts = (self.type, self.at.isoformat(), self.time_quality, self.data)
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]

    def envelope(self, mode: str) -> bytes:
        """The event as CloudEvents 1.0 JSON."""
        head = {
            "specversion": "1.0",
            "id": self.id,
            "source": SOURCE + self.kind,
            "type": full_type(self.type),
            "time": self.at.isoformat(),
            "timequality": self.time_quality,
            "ingestmode": mode,
            "correlationid": self.content,
        }
        text = json.dumps(head, ensure_ascii=False, separators=(",", ":"))
        return f'{text[:-1]},"data":{self.logged_data()}}}'.encode()

    def logged_data(self) -> str:
        """The data with the id of the fact and its revision, or with the version of the cost."""
        if self.data.startswith(COST):
            return self._versioned_cost()
        revision = "" if self.revision is None else f'"revision":"{self.revision.isoformat()}",'
        log_id = json.dumps(self.log_id, ensure_ascii=False)
        if self.data.startswith(APPLICATION):
            rest = self.data.removeprefix(APPLICATION)
            return f'{{"log_id":{log_id},{APPLICATION[1:]}{revision}{rest}'
        if self.data.startswith(BESIDE):
            return f'{{"log_id":{log_id},{revision}{self.data[1:]}'
        return self.data

    def _versioned_cost(self) -> str:
        if self.version == 1:
            return self.data
        member = json.dumps(self.previous_member, ensure_ascii=False)
        previous = "" if self.previous_member is None else f'"previous_member":{member},'
        return f'{{"version":{self.version},{previous}{self.data[1:]}'

    def check_times(self, now: datetime) -> None:
        """Raise Malformed if the event happened more than two days after `now`."""
        check_times(self.type, TYPES[self.type].model_validate_json(self.data), self.at, now)


@lru_cache(maxsize=1 << 12)
def _short(slot: str) -> str:
    """The slot in the form in which the gateway keeps ids, and short enough for one."""
    name = plain_name(slot)
    return name if len(name) <= MAX_SLOT else f"{name[:MAX_SLOT]}-{derived_id(name)}"


def to_events(row: RowReader, kind: str, fact: Fact, data: Data) -> list[RowEvent]:
    """The event as a list; an empty list and a problem of the row if the data does not fit our model."""
    present = {
        name: value.at if isinstance(value, TableInstant) else value
        for name, value in data.items()
        if value is not None and value != ()
    }
    try:
        payload = _encoder.encode(present)
        TYPES[fact.type].model_validate_json(payload)
    except ValidationError as error:
        for problem in error.errors():
            location = ".".join(map(str, problem["loc"])) or "the row"
            row.refuse(location, "not_canonical", location)
        return []
    stage = data.get("to_stage")
    return [
        RowEvent(
            line=row.line,
            file=row.layout.file,
            kind=kind,
            fact=fact,
            stage=str(stage.get("name") or stage["id"]) if isinstance(stage, dict) else "",
            at=fact.when.at,
            data=payload.decode(),
            connection=row.layout.connection,
        )
    ]


def _json_default(value: object) -> object:
    """Encode our models as JSON."""
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json", exclude_none=True)
    raise TypeError(type(value).__name__)


_encoder = msgspec.json.Encoder(enc_hook=_json_default)


def derived_id(*parts: str) -> str:
    """An id derived from the content, for records without one in the file."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:24]
