"""What each of Recruitee's events says."""

from collections.abc import Callable
from typing import Any

from schemas.errors import Unmapped
from schemas.events import application as canonical
from schemas.events import context as event_context
from schemas.events.envelope import Event
from streams.ingest import normalize
from streams.ingest.normalize import Delivery, EventTime, Mode
from streams.ingest.vendor import Translation
from streams.ingest.vendors.recruitee.payload import RecruiteeOffer, RecruiteeWebhook

POOL = "talent_pool"


def created(delivery: Delivery, body: RecruiteeWebhook) -> Translation:
    """A person was entered; with jobs in the body also 応募 for each, as the assignments tell it too."""
    when = delivery.when(body.created_at)
    data = canonical.CandidateData(candidate_id=_candidate_id(delivery, body))
    person = delivery.event("candidate.created", data, when, (when.text,))
    applied = (
        _application(delivery, body, offer, when, "derived") for offer in body.payload.offers
    )
    return Translation(events=(person, *applied))


def assigned(delivery: Delivery, body: RecruiteeWebhook) -> Translation:
    """応募: a person and a job; a talent pool is no job."""
    offer = _offer(body)
    when = delivery.when(body.created_at)
    return Translation(events=(_application(delivery, body, offer, when, "webhook"),))


def _application(
    delivery: Delivery, body: RecruiteeWebhook, offer: RecruiteeOffer, when: EventTime, mode: Mode
) -> Event:
    common = _common(delivery, body, offer)
    application = common["application"].model_copy(update={"applied_at": when.at})
    data = canonical.Created(**{**common, "application": application})
    return delivery.event("application.created", data, when, (mode, when.text), mode=mode)


def moved(delivery: Delivery, body: RecruiteeWebhook) -> Translation:
    """A move, a disqualification or its undoing, by the subtype."""
    subtype = normalize.required(body.event_subtype, "event_subtype")
    if subtype not in MOVES:
        raise Unmapped("unmapped_event", f"{body.event_type}/{normalize.plain(subtype)}")
    return Translation(events=(MOVES[subtype](delivery, body),))


def _stage_changed(delivery: Delivery, body: RecruiteeWebhook) -> Event:
    """A move; into a stage for those who are hired it is the hire, and out of it takes the hire back."""
    details = body.payload.details
    left = details.from_stage if details is not None else None
    entered = normalize.required(
        details.to_stage if details is not None else None, "payload.details.to_stage"
    )
    to_stage = canonical.Stage(id=entered.id, name=entered.name, vendor_kind=entered.category)
    common = _common(delivery, body, _offer(body))
    when = delivery.when(body.created_at)
    data = canonical.StageChanged(
        **common,
        to_stage=to_stage,
        from_stage=None if left is None else canonical.Stage(id=left.id, name=left.name),
        from_known="no" if left is None else "payload",
    )
    return delivery.event("application.stage_changed", data, when, (entered.id, when.text))


def _disqualified(delivery: Delivery, body: RecruiteeWebhook) -> Event:
    """不採用, as far as the word goes; whether it was a 辞退 only the reason tells."""
    details = body.payload.details
    why = details and (
        details.disqualify_reason or details.disqualification_reason or details.reason
    )
    reason = canonical.Reason(id=why.id, name=why.name) if why else None
    data = canonical.Ended(**_common(delivery, body, _offer(body)), reason=reason, party="unknown")
    when = delivery.when(body.created_at)
    return delivery.event("application.rejected", data, when, (when.text,))


def _requalified(delivery: Delivery, body: RecruiteeWebhook) -> Event:
    data = canonical.Reopened(**_common(delivery, body, _offer(body)))
    when = delivery.when(body.created_at)
    return delivery.event("application.reopened", data, when, (when.text,))


MOVES: dict[str, Callable[[Delivery, RecruiteeWebhook], Event]] = {
    "stage_changed": _stage_changed,
    "disqualified": _disqualified,
    "requalified": _requalified,
}


def deleted(delivery: Delivery, body: RecruiteeWebhook) -> Translation:
    """The person; which applications went with them is not told, and is known here."""
    data = canonical.CandidateData(candidate_id=_candidate_id(delivery, body))
    when = delivery.when(body.created_at)
    return Translation(events=(delivery.event("candidate.deleted", data, when, ("deleted",)),))


def posted(delivery: Delivery, body: RecruiteeWebhook, name: str) -> Translation:
    """求人 live or not."""
    offer = _offer(body)
    when = delivery.when(body.created_at)
    data = event_context.PostingData(posting_id=delivery.id(offer.id), job_id=delivery.id(offer.id))
    return Translation(events=(delivery.event(name, data, when, (when.text,)),))


def job_updated(delivery: Delivery, body: RecruiteeWebhook) -> Translation:
    """求人 edited; what about it is in the subtype, and is none of ours."""
    offer = _offer(body)
    data = event_context.JobData(
        job_id=delivery.id(offer.id),
        name=offer.title,
        department=offer.department.name if offer.department is not None else None,
    )
    when = delivery.when(body.created_at)
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
    """The application is the pair of candidate and offer: Recruitee sends no id of its own for it."""
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
