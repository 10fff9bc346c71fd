"""Pieces of canonical events, cut from Greenhouse's snapshots."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Literal, TypeVar
from zoneinfo import ZoneInfo

from schemas import candidate as canonical
from schemas.candidate import Value
from schemas.errors import Malformed
from schemas.event import Event, event_id, full
from streams.ingest.vendor import Context, subject_of
from streams.ingest.vendors.greenhouse import payload

T = TypeVar("T")
Quality = Literal["exact", "vendor_state", "received", "assumed"]


@dataclass(frozen=True, kw_only=True)
class When:
    """An instant, how well we know it, and its text for event ids: a redelivery must spell it the same."""

    at: datetime
    quality: Quality
    text: str


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One verified body and what its events share."""

    action: str
    raw: bytes
    payload: payload.Payload
    context: Context
    delivery_id: str | None

    def id(self, vendor_id: str) -> str:
        """The vendor's id within the tenant."""
        return self.context.connection.id_prefix + vendor_id

    def maybe(self, vendor_id: str | None) -> str | None:
        """The same for an id that may be absent."""
        return None if vendor_id is None else self.id(vendor_id)

    def when(self, moment: datetime | None, quality: Quality = "vendor_state") -> When:
        """The vendor's instant, else the time of receipt, which event ids replace by the body's hash."""
        if moment is not None:
            return When(at=moment, quality=quality, text=moment.isoformat())
        digest = hashlib.sha256(self.raw).hexdigest()
        return When(at=self.context.now, quality="received", text=digest)

    def on(self, day: date | None) -> When:
        """The start of a day in the tenant's zone: the vendor gave no time of day."""
        if day is None:
            return self.when(None)
        start = datetime.combine(day, time(), ZoneInfo(self.context.tenant.timezone))
        return self.when(start.astimezone(UTC), "assumed")

    def event(self, name: str, data: Value, when: When, fact: tuple[str, ...]) -> Event:
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
            test=connection.test,
            vendorevent=self.action,
            deliveryid=self.delivery_id,
            data=data,
        )


def required(value: T | None, name: str) -> T:
    """The value; raise Malformed when the vendor left out what the event cannot do without."""
    if value is None:
        raise Malformed("missing_field", name)
    return value


def channel(source: payload.Source | None) -> canonical.Channel | None:
    """媒体 by its name, which is what a tenant knows it by; by `#<id>` where there is no name."""
    if source is None:
        return None
    name = " ".join(unicodedata.normalize("NFKC", source.name or source.public_name or "").split())
    if not name and source.id is None:
        return None
    return canonical.Channel(
        id=(name or f"#{source.id}")[: payload.LONGEST_ID],
        vendor_id=source.id,
        name=name[: payload.LONGEST_TEXT] or None,
    )


def application(
    delivery: Delivery, snapshot: payload.Application, *, kind_known: bool = False
) -> canonical.Application:
    """The application with its first job; a prospect may have none."""
    job = _job(snapshot)
    person = snapshot.candidate.id if snapshot.candidate is not None else None
    kind: Literal["application", "prospect"] | None = "application" if kind_known else None
    if snapshot.prospect is not None:
        kind = "prospect" if snapshot.prospect else "application"
    return canonical.Application(
        id=delivery.id(snapshot.id),
        candidate_id=delivery.maybe(person or snapshot.candidate_id),
        job_id=delivery.maybe(job.id if job is not None else None),
        job_name=job.name if job is not None else None,
        requisition_id=job.requisition_id if job is not None else None,
        opening_id=delivery.maybe(
            snapshot.opening.opening_id if snapshot.opening is not None else None
        ),
        kind=kind,
        applied_at=snapshot.applied_at,
    )


def owners(delivery: Delivery, snapshot: payload.Application) -> canonical.Owners | None:
    """Recruiter and coordinator of the candidate, hiring managers of the job: ids only."""
    person = snapshot.candidate or payload.Candidate()
    job = _job(snapshot)
    team = job.hiring_team if job is not None else None
    found = canonical.Owners(
        recruiter_id=_user(delivery, person.recruiter),
        coordinator_id=_user(delivery, person.coordinator),
        hiring_manager_ids=users(delivery, team.hiring_managers if team is not None else ()),
    )
    return found if found != canonical.Owners() else None


def dims(snapshot: payload.Application) -> canonical.Dims | None:
    """Department and location of the job."""
    job = _job(snapshot)
    if job is None:
        return None
    found = canonical.Dims(department=place(job.departments), location=place(job.offices))
    return found if found != canonical.Dims() else None


def stage(current: payload.CurrentStage | None) -> canonical.Stage | None:
    """The stage with the vendor's own id, which the configured mapping names."""
    return None if current is None else canonical.Stage(id=current.id, name=current.name)


def users(delivery: Delivery, people: tuple[payload.Person, ...]) -> tuple[str, ...]:
    """The ids of those who have one."""
    found = (_user(delivery, person) for person in people)
    return tuple(user for user in found if user is not None)


def place(places: tuple[payload.Place | None, ...]) -> str | None:
    """The first that has a name."""
    return next((each.name for each in places if each is not None and each.name), None)


def plain(text: str) -> str:
    """A name of the vendor's vocabulary, fit for logs; anything else is not repeated."""
    return text if re.fullmatch(r"[A-Za-z0-9_. -]{1,60}", text) else "(not a name)"


def _user(delivery: Delivery, person: payload.Person | None) -> str | None:
    return None if person is None else delivery.maybe(person.id or person.user_id)


def _job(snapshot: payload.Application) -> payload.Job | None:
    return snapshot.jobs[0] if snapshot.jobs else snapshot.job
