"""Helpers that turn a vendor delivery into canonical events: ids, instants and names."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Literal, TypeVar
from zoneinfo import ZoneInfo

from schemas.errors import Condition, Malformed, Unmapped
from schemas.events import application as canonical
from schemas.events.application import FrozenModel
from schemas.events.envelope import Event, event_id, full_type
from schemas.text.plain import plain_name
from streams.ingest.lenient_fields import MAX_ID_LENGTH, MAX_TEXT_LENGTH
from streams.ingest.problems import VENDOR_REMEDY
from streams.ingest.vendor import Context, Translation, subject_of

T = TypeVar("T")
Quality = Literal["exact", "vendor_state", "received", "assumed"]
Mode = Literal["webhook", "derived"]


@dataclass(frozen=True, kw_only=True)
class EventTime:
    """An instant, its quality, and its text for event ids, which must be the same on redelivery."""

    at: datetime
    quality: Quality
    text: str


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One verified body and what its events share; `name` is the vendor's own event name."""

    name: str
    raw: bytes
    context: Context
    delivery_id: str | None = None
    correlation: str | None = None

    def id(self, vendor_id: str) -> str:
        """Return the vendor's id with the connection's prefix, unique within the tenant."""
        return self.context.connection.id_prefix + vendor_id

    def optional_id(self, vendor_id: str | None) -> str | None:
        """Return the prefixed id, or None if the vendor sent none."""
        return None if vendor_id is None else self.id(vendor_id)

    def event_time(self, moment: datetime | None, quality: Quality = "vendor_state") -> EventTime:
        """Return the vendor's instant or, without one, the time of receipt, with the body's hash as its id text.

        An instant without a zone is taken in the tenant's zone and marked as assumed.
        """
        if moment is None:
            digest = hashlib.sha256(self.raw).hexdigest()
            return EventTime(at=self.context.now, quality="received", text=digest)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=ZoneInfo(self.context.tenant.timezone))
            quality = "assumed"
        at = moment.astimezone(UTC)
        return EventTime(at=at, quality=quality, text=at.isoformat())

    def day_start(self, day: date | None) -> EventTime:
        """Return the start of a day in the tenant's zone, for vendors that send no time of day."""
        if day is None:
            return self.event_time(None)
        start = datetime.combine(day, time(), ZoneInfo(self.context.tenant.timezone))
        return self.event_time(start, "assumed")

    def event(
        self,
        name: str,
        data: FrozenModel,
        when: EventTime,
        fact: tuple[str, ...],
        *,
        mode: Mode = "webhook",
    ) -> Event:
        """Build one canonical event; `fact` distinguishes this occurrence from every other."""
        subject = subject_of(data)
        connection = self.context.connection
        return Event(
            id=event_id(connection.id, name, (subject,), "\x1f".join(fact)),
            source=self.context.source,
            type=full_type(name),
            time=when.at,
            tenant=self.context.tenant.id,
            subject=subject,
            recordedtime=self.context.now,
            timequality=when.quality,
            ingestmode=mode,
            test=connection.test,
            vendorevent=self.name,
            deliveryid=self.delivery_id,
            correlationid=self.correlation,
            data=data,
        )


def required(value: T | None, name: str) -> T:
    """Return the value; raise Malformed when the vendor left out a required field."""
    if value is None:
        raise Malformed("missing_field", f"{name} is missing; {VENDOR_REMEDY}")
    return value


def channel(
    name: str | None,
    vendor_id: str | None = None,
    *,
    kind: str | None = None,
    detail: str | None = None,
) -> canonical.Channel | None:
    """Build the channel (媒体), identified by name as tenants know it, or by `#<id>` without a name."""
    normalized = plain_name(name or "")
    if not normalized and vendor_id is None:
        return None
    return canonical.Channel(
        id=(normalized or f"#{vendor_id}")[:MAX_ID_LENGTH],
        vendor_id=vendor_id,
        name=normalized[:MAX_TEXT_LENGTH] or None,
        type=kind,
        detail=detail,
    )


def safe_name(text: str) -> str:
    """Return a vendor's event name if it is safe to log, else a placeholder."""
    return text if re.fullmatch(r"[A-Za-z0-9_.:/ -]{1,60}", text) else "(not a name)"


def dispatch(
    name: str,
    handlers: Mapping[str, Callable[[], Translation]],
    ignored: Mapping[str, str],
    faults: tuple[Condition, ...],
) -> Translation:
    """Run the handler of a vendor event and add the parse faults; raise Malformed or Unmapped.

    An event in `ignored` yields no events, with the name and reason listed there. An event listed nowhere is unmapped.
    """
    ignored_name = name if name in ignored or name in handlers else _pattern_for(name, ignored)
    if ignored_name in ignored:
        return Translation(event=ignored_name, ignored=((ignored_name, ignored[ignored_name]),))
    if name not in handlers:
        raise Unmapped("unmapped_event", safe_name(name))
    try:
        translated = handlers[name]()
    except Malformed as error:
        if faults and error.reason == "missing_field":
            raise Malformed("unmapped_value", f"{faults[0].detail}; {error.detail}"[:500]) from None
        raise
    return replace(translated, event=name, faults=(*translated.faults, *faults))


def _pattern_for(name: str, ignored: Mapping[str, str]) -> str:
    """Return the wildcard entry (`timeoff_*`) that matches the name, or the name itself without one."""
    families = (
        pattern for pattern in ignored if pattern.endswith("*") and name.startswith(pattern[:-1])
    )
    return next(families, name)


def canonical_content(data: FrozenModel) -> str:
    """Serialize the data for the ids of facts without a vendor id.

    Defaults are left out, so a field added to our models later changes no id.
    """
    return data.model_dump_json(exclude_defaults=True)
