"""What a run changes: facts that are new, corrected or taken back, compared with what was imported before."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo

import msgspec

from streams.tools.importing.dates import TableInstant
from streams.tools.importing.events import Fact, RowEvent
from streams.tools.importing.settling.settle import JOB, Settled
from streams.tools.importing.settling.stored import StoredEntity, StoredFact
from streams.tools.importing.settling.stored_costs import CostVersion

# Kinds with one row per application: what a row no longer says was taken back. Other kinds have many rows per application
# and restate only the days between the first and the last of them.
ONE_ROW = frozenset({"applications", "hires", "employment"})
NAMES = {
    "application.created": "applied",
    "application.stage_changed": "moved",
    "application.rejected": "rejected",
    "application.withdrawn": "withdrawn",
    "application.closed": "closed",
    "application.hired": "hired",
    "application.updated": "taken back",
    "job.updated": "taken back",
}


class _Booking(msgspec.Struct, frozen=True):
    """The part of the data of a cost that a correction shows, and to whom it belongs."""

    amount: int
    currency: str
    scope: str
    member: str | None = None


_booking_decoder = msgspec.json.Decoder(_Booking)


@dataclass(frozen=True, kw_only=True)
class Correction:
    """One fact that the run changes: what was known and what is known now, None if it is taken back."""

    entity: str
    slot: str
    before: tuple[str, date]
    after: tuple[str, date] | None

    def __str__(self) -> str:
        """In words."""
        now = "taken back" if self.after is None else " ".join(map(str, self.after))
        return f"{self.entity}: {' '.join(map(str, self.before))} → {now}"


@dataclass(kw_only=True)
class Changes:
    """What one entity adds to the log, and how it relates to what is there.

    `details` counts facts that keep their day and change otherwise, such as in their channel.
    """

    events: list[RowEvent] = field(default_factory=list)
    unchanged: int = 0
    details: int = 0
    corrections: list[Correction] = field(default_factory=list)


def compare(settled: Settled, stored: StoredEntity, revision: datetime, zone: tzinfo) -> Changes:
    """The changes of one entity; events that correct others carry `revision`."""
    changes = Changes()
    if stored.cost is not None:
        _compare_costs(changes, settled, stored.cost, revision, zone)
        return changes
    if not stored.facts:
        changes.events = list(settled.events)
        return changes
    for event in settled.events:
        fact = stored.facts.get(event.log_id)
        if fact is None:
            changes.events.append(event)
        elif fact.content == event.content and not fact.retracted:
            changes.unchanged += 1
        else:
            changes.events.append(msgspec.structs.replace(event, revision=revision))
            _add_correction(changes, event, fact, zone)
    for fact in () if settled.is_partial else _omitted(settled, stored, zone):
        changes.events.append(retraction(settled.entity, fact, revision))
        slot = fact.log_id.split(":", 3)[3]
        before = _words(fact, zone)
        changes.corrections.append(
            Correction(entity=settled.entity, slot=slot, before=before, after=None)
        )
    return changes


def _compare_costs(
    changes: Changes, settled: Settled, cost: CostVersion, revision: datetime, zone: tzinfo
) -> None:
    """Note what the run changes of a cost, which it states again as the next version."""
    day = cost.event.time.astimezone(zone).date()
    before = _cost_words(cost.event.data.amount, cost.event.data.currency), day
    for event in settled.events:
        if event.content == cost.content and not cost.is_reversed:
            changes.unchanged += 1
            continue
        changes.events.append(next_version(event, cost, revision))
        booked = _booking_decoder.decode(event.data)
        after = _cost_words(booked.amount, booked.currency), event.fact.when.day
        if cost.is_reversed:
            continue
        if before == after:
            changes.details += 1
            continue
        changes.corrections.append(
            Correction(entity=settled.entity, slot="cost", before=before, after=after)
        )


def next_version(event: RowEvent, cost: CostVersion, revision: datetime) -> RowEvent:
    """The event as the version of the cost that follows the one that counts now."""
    booked = _booking_decoder.decode(event.data)
    return msgspec.structs.replace(
        event,
        version=cost.version + 1,
        previous_member=cost.previous_member(booked.scope, booked.member),
        revision=revision,
    )


def _cost_words(amount: int | None, currency: str | None) -> str:
    return f"{amount or 0:,} {currency}"


def _add_correction(changes: Changes, event: RowEvent, fact: StoredFact, zone: tzinfo) -> None:
    """Note what the event corrects; what was taken back before is told anew."""
    before, after = _words(fact, zone), (_name(event.type), event.fact.when.day)
    if fact.retracted:
        return
    if before == after:
        changes.details += 1
        return
    correction = Correction(
        entity=event.fact.entity, slot=event.fact.slot, before=before, after=after
    )
    changes.corrections.append(correction)


def _omitted(settled: Settled, stored: StoredEntity, zone: tzinfo) -> Iterator[StoredFact]:
    """The facts that files of these kinds told before and do not tell now."""
    present = {event.log_id for event in settled.events}
    days: dict[str, list[date]] = {}
    for event in settled.events:
        days.setdefault(event.kind, []).append(event.fact.when.day)
    for log_id, fact in stored.facts.items():
        kind = log_id.split(":", 3)[2]
        if log_id in present or fact.retracted or kind not in days:
            continue
        if kind in ONE_ROW or min(days[kind]) <= _day(fact, zone) <= max(days[kind]):
            yield fact


def retraction(entity: str, fact: StoredFact, revision: datetime) -> RowEvent:
    """The event that takes a fact back."""
    _, connection, kind, rest = fact.log_id.split(":", 3)
    slot, _, number = rest.rpartition(":")
    when = TableInstant(at=fact.time, is_date_only=False, day=fact.time.date())
    job = entity.removeprefix(JOB) if entity.startswith(JOB) else None
    about = {"application": {"id": entity}} if job is None else {"job_id": job}
    data = {**about, "retracted": True}
    event_type = "application.updated" if job is None else "job.updated"
    return RowEvent(
        line=0,
        kind=kind,
        fact=Fact(type=event_type, when=when, entity=entity, slot=slot),
        data=json.dumps(data, ensure_ascii=False, separators=(",", ":")),
        at=fact.time,
        number=int(number),
        revision=revision,
        connection=connection,
    )


def _words(fact: StoredFact, zone: tzinfo) -> tuple[str, date]:
    return _name(fact.type), _day(fact, zone)


def _day(fact: StoredFact, zone: tzinfo) -> date:
    return fact.time.astimezone(zone).date()


def _name(event_type: str) -> str:
    return NAMES.get(event_type, event_type)
