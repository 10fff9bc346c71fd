"""From accepted events to the facts of the ledger."""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from schemas.errors import Malformed
from schemas.events import packs
from schemas.events.context import (
    JobData,
    RelayClick,
    RelayConsentWithdrawal,
    RelayInvitation,
    RelayOffer,
    RelayRegistration,
    RelaySlot,
    RequirementData,
)
from schemas.events.counting import LEDGER_TYPES
from schemas.events.envelope import Event, short_type
from schemas.events.packs import PackedEvent
from schemas.funnel.conversion import to_funnel_event
from schemas.funnel.funnel_events import EndingEvent
from schemas.funnel.rules import Rules
from schemas.instants import milliseconds
from schemas.relay.facts import (
    AgencyFee,
    ApplicationStep,
    CandidateErased,
    CandidateOffered,
    CandidatesMerged,
    ClaimKind,
    Clicked,
    ConsentWithdrawn,
    Fact,
    Invited,
    Registered,
    RequirementRecorded,
    SlotClaim,
    Step,
)
from schemas.relay.state import State
from schemas.tenants.reasons import EVENT_BY_PARTY

ENDINGS: dict[str, Step] = {
    "application.rejected": "rejected",
    "application.withdrawn": "withdrawn",
    "application.closed": "closed",
    "application.hired": "hired",
}
OTHER_STEPS: dict[str, Step] = {
    "application.reopened": "reopened",
    "application.unhired": "unhired",
    "application.deleted": "deleted",
}
MOVED, REPORTED = "application.stage_changed", ("application.created", "application.updated")
CLAIMS: dict[str, ClaimKind] = {
    "relay.slot_reserved": "reserve",
    "relay.slot_released": "release",
    "relay.slot_redeemed": "redeem",
}
FULL_TYPES = LEDGER_TYPES | {"job.opened", "job.updated"}  # a pack's lean record lacks their texts
NO_APPLICATION = ("prospect", "lead", "pool")  # whoever never applied cannot be rejected


class _RawPack(msgspec.Struct):
    v: int
    events: list[msgspec.Raw]


_raw_decoder = msgspec.json.Decoder(_RawPack)


def read_events(value: bytes | None) -> Iterator[tuple[PackedEvent, Event | None]]:
    """Yield the events of a pack, those of Career Relay and of jobs also as their full model; nothing for copies. Raise Malformed."""
    pack = packs.decode_pack(value)
    if pack.forwarded:
        return
    raw = None
    for index, event in enumerate(pack.events):
        full = None
        if short_type(event.type) in FULL_TYPES:
            raw = raw or _raw_decoder.decode(value or b"")
            full = _full_event(bytes(raw.events[index]))
        yield event, full


def _full_event(body: bytes) -> Event:
    try:
        return Event.model_validate_json(body)
    except ValueError as error:
        raise Malformed("relay_event", str(error)[:200]) from error


def to_fact(event: PackedEvent, full: Event | None, state: State, rules: Rules) -> Fact | None:
    """Return the fact of an event, or None if the ledger has no use for it; events of test connections count nowhere."""
    if event.test:
        return None
    if full is not None:
        return _requirement(full, state) or _relay_fact(full)
    name = short_type(event.type)
    if name.startswith("application."):
        return _step(event, name, state, rules)
    build = OTHER_FACTS.get(name)
    return None if build is None else build(event)


def _step(event: PackedEvent, name: str, state: State, rules: Rules) -> ApplicationStep | None:
    application = event.data.application
    if application is None or application.kind in NO_APPLICATION:
        return None
    step = _step_name(event, name, state, rules)
    if step is None:
        return None
    channel, reason = event.data.channel, event.data.reason
    return ApplicationStep(
        id=event.id,
        at=event.time,
        step=step,
        application=application.id,
        candidate=application.candidate_id,
        job=application.job_id,
        channel=None if channel is None or isinstance(channel, str) else rules.channel(channel.id),
        reason=None if reason is None or isinstance(reason, str) else reason.name or reason.id,
    )


def _step_name(event: PackedEvent, name: str, state: State, rules: Rules) -> Step | None:
    """Read an ending as the funnel does; a move on undoes one if the system reports no reopenings."""
    if name in ENDINGS:
        ending = to_funnel_event(event)
        return ENDINGS[rules.ending(ending).kind] if isinstance(ending, EndingEvent) else None
    if name in OTHER_STEPS:
        return OTHER_STEPS[name]
    if name == MOVED:
        return _move(event, state, rules)
    is_active = event.data.application is not None and event.data.application.active
    return "reopened" if name in REPORTED and is_active and _has_ended(event, state) else None


def _move(event: PackedEvent, state: State, rules: Rules) -> Step | None:
    connection, stage = event.source.rpartition(":")[2], event.data.to_stage
    if stage is None:
        return None
    funnel_event: Any = to_funnel_event(event)
    meaning = rules.stage_meaning(connection, funnel_event.stage, None, milliseconds(event.time))
    if meaning.milestone in EVENT_BY_PARTY.values():
        return ENDINGS[meaning.milestone]
    if rules.reopens_by_event(connection):
        return None
    return "reopened" if _has_ended(event, state) else None


def _has_ended(event: PackedEvent, state: State) -> bool:
    application = event.data.application
    counted = None if application is None else state.applications.get(application.id)
    return counted is not None and counted.step_at(None) in {"rejected", "withdrawn", "closed"}


def _merge(event: PackedEvent) -> Fact | None:
    loser, winner = event.data.from_id, event.data.into_id
    if loser is None or winner is None or loser == winner:
        return None
    return CandidatesMerged(id=event.id, at=event.time, loser=loser, winner=winner)


def _erasure(event: PackedEvent) -> Fact | None:
    candidate = event.data.candidate_id
    if candidate is None:
        return None
    return CandidateErased(id=event.id, at=event.time, candidate=candidate)


def _fee(event: PackedEvent) -> Fact | None:
    data = event.data
    if data.kind != "agency_fee" or data.scope != "hire" or data.cost_id is None:
        return None
    is_reversed = short_type(event.type) == "cost.reversed"
    return AgencyFee(
        id=event.id,
        at=event.time,
        cost=data.cost_id,
        version=data.version or 1,
        amount=0 if is_reversed else data.amount or 0,
        currency=data.currency or "",
    )


OTHER_FACTS: dict[str, Callable[[PackedEvent], Fact | None]] = {
    "candidate.merged": _merge,
    "candidate.deleted": _erasure,
    "candidate.anonymized": _erasure,
    "cost.recorded": _fee,
    "cost.reversed": _fee,
}


def _requirement(event: Event, state: State) -> RequirementRecorded | None:
    """The version of a job's requirement that an event states; a job event states it from its own day on."""
    data = event.data
    if isinstance(data, RequirementData):
        return RequirementRecorded(
            id=event.id,
            at=event.time,
            job=data.job_id,
            since=data.since,
            text=data.text,
            owner=data.owner,
            accepts=data.accepts,
        )
    if isinstance(data, JobData) and data.requirements and not data.retracted:
        return RequirementRecorded(
            id=event.id,
            at=event.time,
            job=data.job_id,
            since=state.day(event.time),
            text=data.requirements,
        )
    return None


def _relay_fact(event: Event) -> Fact | None:
    data, id_, at = event.data, event.id, event.time
    match data:
        case RelayInvitation():
            return Invited(
                id=id_,
                at=at,
                invitation=data.invitation_id,
                token_id=data.token_id,
                scope=data.scope,
                application=data.application_id,
                expires=data.expires_at,
            )
        case RelayClick():
            return Clicked(id=id_, at=at, token_id=data.token_id)
        case RelayRegistration():
            return _registration(event, data)
        case RelayConsentWithdrawal():
            return ConsentWithdrawn(id=id_, at=at, registration=data.registration_id)
        case RelaySlot() | RelayOffer():
            return _of_slot(event, data)
    return None


def _registration(event: Event, data: RelayRegistration) -> Registered:
    return Registered(
        id=event.id,
        at=event.time,
        registration=data.registration_id,
        token_id=data.token_id,
        person=data.person,
        consent=data.consent_id,
        device=data.device,
        flags=data.flags,
    )


def _of_slot(event: Event, data: RelaySlot | RelayOffer) -> SlotClaim | CandidateOffered:
    if isinstance(data, RelaySlot):
        return _claim(event, data)
    return CandidateOffered(
        id=event.id, at=event.time, slot=data.slot, offer_id=data.offer_id, job=data.job_id
    )


def _claim(event: Event, data: RelaySlot) -> SlotClaim:
    claim = CLAIMS[short_type(event.type)]
    return SlotClaim(
        id=event.id,
        at=event.time,
        claim=claim,
        slot=data.slot,
        job=data.job_id,
        application=data.application_id if claim == "redeem" else None,
        salary=data.salary,
        currency=data.currency,
    )
