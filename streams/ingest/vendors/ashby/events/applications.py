"""Ashby's snapshots of one application: where it is, and how it ended."""

from typing import Any, Literal

from schemas.errors import Unmapped
from schemas.events import application as canonical
from schemas.events.envelope import Event
from streams.ingest import normalize
from streams.ingest.normalize import Delivery, Mode
from streams.ingest.vendor import Translation
from streams.ingest.vendors.ashby.events import offers
from streams.ingest.vendors.ashby.payload import AshbyApplication, AshbyData, AshbyMember

Party = Literal["company", "candidate", "neither", "unknown"]

ACTIVE, ARCHIVED, HIRED, LEAD = "active", "archived", "hired", "lead"
# Who archived it, by the type of the reason; a type that is none of these leaves it to the reason itself.
PARTIES: dict[str, tuple[str, Party]] = {
    "rejectedbyorg": ("application.rejected", "company"),
    "rejectedbycandidate": ("application.withdrawn", "candidate"),
    "other": ("application.closed", "neither"),
}
UNTOLD: tuple[str, Party] = ("application.closed", "unknown")
# Roles are words of the organisation's own; these are Ashby's, and what Japanese organisations call them.
RECRUITER = frozenset({"recruiter", "採用担当", "採用担当者"})
COORDINATOR = frozenset({"recruiting coordinator", "coordinator", "コーディネーター"})
MANAGER = frozenset({"hiring manager", "採用責任者", "採用マネージャー"})
SOURCER = frozenset({"sourcer", "ソーサー"})


def submitted(delivery: Delivery, data: AshbyData) -> Translation:
    """応募; a lead is a prospect, which counts nowhere until it becomes active."""
    seen = _seen(data)
    when = delivery.when(seen.created_at or seen.updated_at)
    created = canonical.Created(**_common(delivery, seen), stage=_stage(seen))
    fact = (created.application.kind or "", when.text)
    event = delivery.event("application.created", created, when, fact)
    return Translation(events=(event, *_ended(delivery, seen, "webhook")))


def updated(delivery: Delivery, data: AshbyData) -> Translation:
    """The values after any change, the job included; of an imported application the first that is heard of it."""
    seen = _seen(data)
    when = delivery.when(seen.updated_at)
    edit = canonical.Updated(**_common(delivery, seen), stage=_stage(seen))
    fact = (normalize.content(edit), when.text)
    event = delivery.event("application.updated", edit, when, fact)
    return Translation(events=(event, *_ended(delivery, seen, "derived")))


def moved(delivery: Delivery, data: AshbyData) -> Translation:
    """A move, or, when the new stage is the archive or the hired one, an ending."""
    seen = _seen(data)
    ended = _ended(delivery, seen, "webhook")
    if ended:
        return Translation(events=ended)
    stage = normalize.required(_stage(seen), "data.application.currentInterviewStage")
    when = delivery.when(seen.updated_at)
    move = canonical.StageChanged(**_common(delivery, seen), to_stage=stage, from_known="no")
    event = delivery.event("application.stage_changed", move, when, (stage.id, when.text))
    return Translation(events=(event,))


def hired(delivery: Delivery, data: AshbyData) -> Translation:
    """採用決定, and with an accepted offer in the body 内定承諾, under the id that `offerUpdate` gives it."""
    seen = _seen(data)
    hire = _hire(delivery, seen, "webhook", data.offer.id if data.offer is not None else None)
    if data.offer is None:
        return Translation(events=(hire,))
    accepted = offers.accepted(delivery, data.offer, _common(delivery, seen))
    return Translation(events=(*accepted, hire))


def _seen(data: AshbyData) -> AshbyApplication:
    return normalize.required(data.application, "data.application")


def _status(seen: AshbyApplication) -> str:
    status = normalize.required(seen.status, "data.application.status").casefold()
    if status not in {ACTIVE, ARCHIVED, HIRED, LEAD}:
        raise Unmapped("unmapped_value", f"data.application.status {normalize.plain(status)}")
    return status


def _ended(delivery: Delivery, seen: AshbyApplication, mode: Mode) -> tuple[Event, ...]:
    """The ending that the snapshot shows, under one id however many webhooks show it."""
    status = _status(seen)
    if status == HIRED:
        return (_hire(delivery, seen, mode, None),)
    if status != ARCHIVED:
        return ()
    reason = seen.archive_reason
    kind = (reason.reason_type or "").casefold() if reason is not None else ""
    name, party = PARTIES.get(kind, UNTOLD)
    when = delivery.when(seen.archived_at or seen.updated_at)
    why = None
    if reason is not None:
        why = canonical.Reason(id=reason.id, name=reason.text, category=reason.reason_type)
    data = canonical.Ended(**_common(delivery, seen), reason=why, party=party)
    fact = (when.text, party, (reason.id if reason is not None else None) or "")
    return (delivery.event(name, data, when, fact, mode=mode),)


def _hire(delivery: Delivery, seen: AshbyApplication, mode: Mode, offer_id: str | None) -> Event:
    when = delivery.when(seen.updated_at)
    data = canonical.Hired(**_common(delivery, seen), offer_id=delivery.maybe(offer_id))
    return delivery.event("application.hired", data, when, (when.text,), mode=mode)


def _stage(seen: AshbyApplication) -> canonical.Stage | None:
    """The stage of an application under way; the archive is no stage."""
    found = seen.current_interview_stage
    if found is None or _status(seen) not in {ACTIVE, LEAD}:
        return None
    return canonical.Stage(id=found.id, name=found.title, vendor_kind=found.type)


def _common(
    delivery: Delivery, seen: AshbyApplication
) -> dict[str, Any]:  # any field of `canonical.Data`
    """What every event about the application repeats."""
    job = seen.job
    status = _status(seen)
    source = seen.source
    return {
        "application": canonical.Application(
            id=delivery.id(seen.id),
            candidate_id=delivery.maybe(seen.candidate.id if seen.candidate is not None else None),
            job_id=delivery.maybe(job.id if job is not None else None),
            job_name=job.title if job is not None else None,
            kind="prospect" if status == LEAD else "application",
            applied_at=seen.created_at,
            active=True if status == ACTIVE else None,
            revision=seen.updated_at,
        ),
        "channel": None
        if source is None
        else normalize.channel(
            source.title,
            source.id,
            kind=source.source_type.title if source.source_type is not None else None,
        ),
        "owners": owners(delivery, seen.hiring_team),
        "dims": None
        if job is None
        else canonical.Dims(department=job.department_id, location=job.location_id),
    }


def owners(delivery: Delivery, team: tuple[AshbyMember, ...]) -> canonical.Owners | None:
    """Who owns it, of those whose role we know."""

    def holders(roles: frozenset[str]) -> tuple[str, ...]:
        found = (each for each in team if (each.role or "").casefold() in roles)
        return tuple(dict.fromkeys(delivery.id(each.user_id) for each in found))

    found = canonical.Owners(
        recruiter_id=next(iter(holders(RECRUITER)), None),
        coordinator_id=next(iter(holders(COORDINATOR)), None),
        sourcer_id=next(iter(holders(SOURCER)), None),
        hiring_manager_ids=holders(MANAGER),
    )
    return found if found != canonical.Owners() else None
