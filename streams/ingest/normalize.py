"""Telling what a delivery says as canonical events: ids, instants and names as every vendor's adapter needs them."""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Literal, TypeVar
from zoneinfo import ZoneInfo

from schemas.errors import Condition, Malformed, Unmapped
from schemas.events import application as canonical
from schemas.events.application import FrozenModel
from schemas.events.envelope import Event, event_id, full
from streams.ingest.lenient_fields import LONGEST_ID, LONGEST_TEXT
from streams.ingest.vendor import Context, Translation, subject_of

T = TypeVar("T")
Quality = Literal["exact", "vendor_state", "received", "assumed"]
Mode = Literal["webhook", "derived"]


@dataclass(frozen=True, kw_only=True)
class EventTime:
    """An instant, how well we know it, and its text for event ids: a redelivery must spell it the same."""

    at: datetime
    quality: Quality
    text: str


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One verified body and what its events share; `name` is the vendor's own for what it tells."""

    name: str
    raw: bytes
    context: Context
    delivery_id: str | None = None
    correlation: str | None = None

    def id(self, vendor_id: str) -> str:
        """The vendor's id within the tenant."""
        return self.context.connection.id_prefix + vendor_id

    def maybe(self, vendor_id: str | None) -> str | None:
        """The same for an id that may be absent."""
        return None if vendor_id is None else self.id(vendor_id)

    def when(self, moment: datetime | None, quality: Quality = "vendor_state") -> EventTime:
        """The vendor's instant, else the time of receipt, which event ids replace by the body's hash.

        An instant without a zone is in the tenant's, which is an assumption and is marked as one.
        """
        if moment is None:
            digest = hashlib.sha256(self.raw).hexdigest()
            return EventTime(at=self.context.now, quality="received", text=digest)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=ZoneInfo(self.context.tenant.timezone))
            quality = "assumed"
        at = moment.astimezone(UTC)
        return EventTime(at=at, quality=quality, text=at.isoformat())

    def on(self, day: date | None) -> EventTime:
        """The start of a day in the tenant's zone: the vendor gave no time of day."""
        if day is None:
            return self.when(None)
        start = datetime.combine(day, time(), ZoneInfo(self.context.tenant.timezone))
        return self.when(start, "assumed")

    def event(
        self,
        name: str,
        data: FrozenModel,
        when: EventTime,
        fact: tuple[str, ...],
        *,
        mode: Mode = "webhook",
    ) -> Event:
        """One canonical event; `fact` is what makes this occurrence this one and no other."""
        subject = subject_of(data)
        connection = self.context.connection
        return Event(
            id=event_id(connection.id, name, (subject,), "\x1f".join(fact)),
            source=self.context.source,
            type=full(name),
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
    """The value; raise Malformed when the vendor left out what the event cannot do without."""
    if value is None:
        raise Malformed("missing_field", name)
    return value


def channel(
    name: str | None,
    vendor_id: str | None = None,
    *,
    kind: str | None = None,
    detail: str | None = None,
) -> canonical.Channel | None:
    """媒体 by its name, which is what a tenant knows it by; by `#<id>` where there is no name."""
    tidy = " ".join(unicodedata.normalize("NFKC", name or "").split())
    if not tidy and vendor_id is None:
        return None
    return canonical.Channel(
        id=(tidy or f"#{vendor_id}")[:LONGEST_ID],
        vendor_id=vendor_id,
        name=tidy[:LONGEST_TEXT] or None,
        type=kind,
        detail=detail,
    )


def plain(text: str) -> str:
    """A name of the vendor's vocabulary, fit for logs; anything else is not repeated."""
    return text if re.fullmatch(r"[A-Za-z0-9_.:/ -]{1,60}", text) else "(not a name)"


def translation(
    name: str,
    tellers: Mapping[str, Callable[[], Translation]],
    ignored: Mapping[str, str],
    faults: tuple[Condition, ...],
) -> Translation:
    """What the teller of that vendor event says, with the faults of its reading; raise Malformed or Unmapped.

    An event in `ignored` says nothing, for the reason given there, and is called as it is there; one that stands nowhere is
    unmapped.
    """
    passed_over = name if name in ignored or name in tellers else _family(name, ignored)
    if passed_over in ignored:
        return Translation(event=passed_over, ignored=((passed_over, ignored[passed_over]),))
    if name not in tellers:
        raise Unmapped("unmapped_event", plain(name))
    try:
        told = tellers[name]()
    except Malformed as why:
        if faults and why.reason == "missing_field":
            raise Malformed("unmapped_value", f"{why.detail}; {faults[0].detail}"[:300]) from None
        raise
    return replace(told, event=name, faults=(*told.faults, *faults))


def _family(name: str, ignored: Mapping[str, str]) -> str:
    """The entry that stands for all names that begin like this one (`timeoff_*`); the name itself where there is none."""
    families = (each for each in ignored if each.endswith("*") and name.startswith(each[:-1]))
    return next(families, name)


def content(data: FrozenModel) -> str:
    """What the data says, for ids of facts that have none: a field that is added to our models later changes none of them."""
    return data.model_dump_json(exclude_defaults=True)
