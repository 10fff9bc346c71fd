"""Normalizes Recruitee's webhook payloads to canonical events."""

from collections.abc import Callable
from typing import Any

from schemas.errors import Unmapped
from schemas.events import application as canonical
from schemas.events import context as event_context
from schemas.events.envelope import Event
from streams.ingest import normalize
from streams.ingest.normalize import Delivery, EventTime, Mode
from streams.ingest.vendor import Translation
from streams.ingest.vendors.recruitee.payload import (
    RecruiteeOffer,
    RecruiteeStage,
    RecruiteeWebhook,
)

POOL = "talent_pool"
HIRE = "hire"  # the category of stages for the hired


def candidate_created(delivery: Delivery, body: RecruiteeWebhook) -> Translation:
    """The candidate is created; with jobs in the body also 応募 for each, which the assignments report as well."""
    when = delivery.event_time(body.created_at)
    data = canonical.CandidateData(candidate_id=_candidate_id(delivery, body))
    event = delivery.event("candidate.created", data, when, (when.text,))
    applications = (
        _created_event(delivery, body, offer, when, "derived") for offer in body.payload.offers
    )
    return Translation(events=(event, *applications))


def application_created(delivery: Delivery, body: RecruiteeWebhook) -> Translation:
    """応募: the candidate is assigned to a job; a talent pool is not a job."""
    offer = _offer(body)
    when = delivery.event_time(body.created_at)
    return Translation(events=(_created_event(delivery, body, offer, when, "webhook"),))


def _created_event(
    delivery: Delivery, body: RecruiteeWebhook, offer: RecruiteeOffer, when: EventTime, mode: Mode
) -> Event:
    common = _common(delivery, body, offer)
    application = common["application"].model_copy(update={"applied_at": when.at})
    data = canonical.Created(**{**common, "application": application})
    return delivery.event("application.created", data, when, (mode, when.text), mode=mode)


def pipeline_changed(delivery: Delivery, body: RecruiteeWebhook) -> Translation:
    """A stage change, disqualification or requalification, depending on the subtype."""
    subtype = normalize.required(body.event_subtype, "event_subtype")
    if subtype not in MOVES:
        raise Unmapped("unmapped_event", f"{body.event_type}/{normalize.safe_name(subtype)}")
    return Translation(events=MOVES[subtype](delivery, body))


def _stage_changed(delivery: Delivery, body: RecruiteeWebhook) -> tuple[Event, ...]:
    """A stage change; a move into a hired stage is the hire, and a move out of it takes the hire back first."""
    details = body.payload.details
    left = details.from_stage if details is not None else None
    entered = normalize.required(
        details.to_stage if details is not None else None, "payload.details.to_stage"
    )
    common = _common(delivery, body, _offer(body))
    when = delivery.event_time(body.created_at)
    data = canonical.StageChanged(
        **common,
        to_stage=_stage(entered),
        from_stage=None if left is None else _stage(left),
        from_known="no" if left is None else "payload",
    )
    move = delivery.event("application.stage_changed", data, when, (entered.id, when.text))
    if left is None or left.category != HIRE or entered.category == HIRE:
        return (move,)
    unhired = canonical.Hired(**common)
    return (delivery.event("application.unhired", unhired, when, (when.text,)), move)


def _stage(stage: RecruiteeStage) -> canonical.Stage:
    return canonical.Stage(id=stage.id, name=stage.name, vendor_kind=stage.category)


def _rejected(delivery: Delivery, body: RecruiteeWebhook) -> tuple[Event, ...]:
    """Reported as 不採用; only the reason shows whether it was a 辞退."""
    details = body.payload.details
    disqualification = details and (
        details.disqualify_reason or details.disqualification_reason or details.reason
    )
    reason = (
        canonical.Reason(id=disqualification.id, name=disqualification.name)
        if disqualification
        else None
    )
    data = canonical.Ended(**_common(delivery, body, _offer(body)), reason=reason, party="unknown")
    when = delivery.event_time(body.created_at)
    return (delivery.event("application.rejected", data, when, (when.text,)),)


def _reopened(delivery: Delivery, body: RecruiteeWebhook) -> tuple[Event, ...]:
    data = canonical.Reopened(**_common(delivery, body, _offer(body)))
    when = delivery.event_time(body.created_at)
    return (delivery.event("application.reopened", data, when, (when.text,)),)


MOVES: dict[str, Callable[[Delivery, RecruiteeWebhook], tuple[Event, ...]]] = {
    "stage_changed": _stage_changed,
    "disqualified": _rejected,
    "requalified": _reopened,
}


def candidate_deleted(delivery: Delivery, body: RecruiteeWebhook) -> Translation:
    """The candidate is deleted; Recruitee does not list the applications, but the history has them."""
    data = canonical.CandidateData(candidate_id=_candidate_id(delivery, body))
    when = delivery.event_time(body.created_at)
    return Translation(events=(delivery.event("candidate.deleted", data, when, ("deleted",)),))


def posting_events(delivery: Delivery, body: RecruiteeWebhook, name: str) -> Translation:
    """求人 published or unpublished."""
    offer = _offer(body)
    when = delivery.event_time(body.created_at)
    data = event_context.PostingData(posting_id=delivery.id(offer.id), job_id=delivery.id(offer.id))
    return Translation(events=(delivery.event(name, data, when, (when.text,)),))


def job_updated(delivery: Delivery, body: RecruiteeWebhook) -> Translation:
    """求人 edited; the subtype says what changed, and we do not use it."""
    offer = _offer(body)
    data = event_context.JobData(
        job_id=delivery.id(offer.id),
        name=offer.title,
        department=offer.department.name if offer.department is not None else None,
    )
    when = delivery.event_time(body.created_at)
    return Translation(events=(delivery.event("job.updated", data, when, (when.text,)),))


def _offer(body: RecruiteeWebhook) -> RecruiteeOffer:
    return normalize.required(
        body.payload.offer or next(iter(body.payload.offers), None), "payload.offer"
    )


def _candidate_id(delivery: Delivery, body: RecruiteeWebhook) -> str:
    return delivery.id(normalize.required(body.payload.candidate, "payload.candidate").id)


def _common(
    delivery: Delivery, body: RecruiteeWebhook, offer: RecruiteeOffer
) -> dict[str, Any]:  # any field of `canonical.Data`
    """Return the shared fields; an application is the pair of candidate and offer, as Recruitee sends no id for it."""
    candidate = normalize.required(body.payload.candidate, "payload.candidate")
    department = offer.department.name if offer.department is not None else None
    return {
        "application": canonical.Application(
            id=delivery.id(f"{candidate.id}-{offer.id}"),
            candidate_id=delivery.id(candidate.id),
            job_id=delivery.id(offer.id),
            job_name=offer.title,
            kind="pool" if offer.kind == POOL else "application",
        ),
        "channel": normalize.channel(candidate.source),
        "dims": None if department is None else canonical.Dims(department=department),
    }
