"""What each of Lever's events says."""

from typing import Any

from schemas.errors import Malformed
from schemas.events import application as canonical
from streams.ingest import normalize
from streams.ingest.normalize import Delivery, EventTime
from streams.ingest.vendor import Translation
from streams.ingest.vendors.lever.payload import LeverWebhook

APPLICATION, MAYBE = "application", "lead"
# The pipelines that the ids of default stages begin with, and what somebody is in them; ids of custom stages name none.
PIPELINES = {"lead": "prospect", "applicant": APPLICATION, "offer": APPLICATION}


def created(delivery: Delivery, body: LeverWebhook) -> Translation:
    """応募."""
    when = _when(delivery, body)
    common = _common(delivery, body, APPLICATION)
    common["application"] = common["application"].model_copy(update={"applied_at": when.at})
    data = canonical.Created(**common)
    fact = (body.data.application_id or "", when.text)
    return Translation(events=(delivery.event("application.created", data, when, fact),))


def moved(delivery: Delivery, body: LeverWebhook) -> Translation:
    """A move; of an archived opportunity too, which it does not reopen.

    A custom stage may be one of the leads': only a default stage says more, the one entered or else, of somebody who had
    applied by then, the one left.
    """
    to_id = normalize.required(body.data.to_stage_id, "data.toStageId")
    from_id = body.data.from_stage_id
    kind = PIPELINES.get(_kind(to_id) or "")
    if kind is None and PIPELINES.get(_kind(from_id or "") or "") == APPLICATION:
        kind = APPLICATION
    data = canonical.StageChanged(
        **_common(delivery, body, kind or MAYBE),
        to_stage=canonical.Stage(id=to_id, vendor_kind=_kind(to_id)),
        from_stage=None if from_id is None else canonical.Stage(id=from_id),
        from_known="no" if from_id is None else "payload",
    )
    when = _when(delivery, body)
    fact = (to_id, when.text)
    return Translation(events=(delivery.event("application.stage_changed", data, when, fact),))


def archived(delivery: Delivery, body: LeverWebhook) -> Translation:
    """Archived or taken out again. Only the reason tells who ended it, and only the mapping what the reason means."""
    if "to_archived" not in body.data.model_fields_set:
        raise Malformed("missing_field", "data.toArchived")
    into = body.data.to_archived
    common = _common(delivery, body)
    if into is None:
        when = _when(delivery, body)
        event = delivery.event(
            "application.reopened", canonical.Reopened(**common), when, (when.text,)
        )
        return Translation(events=(event,))
    when = delivery.when(into.archived_at or body.triggered_at, "exact")
    reason = None if into.reason is None else canonical.Reason(id=into.reason)
    data = canonical.Ended(**common, reason=reason, party="unknown")
    fact = (when.text, into.reason or "")
    return Translation(events=(delivery.event("application.closed", data, when, fact),))


def hired(delivery: Delivery, body: LeverWebhook) -> Translation:
    """採用決定; Lever archives the opportunity too, under its reason for hires."""
    when = _when(delivery, body)
    data = canonical.Hired(**_common(delivery, body, APPLICATION))
    return Translation(events=(delivery.event("application.hired", data, when, (when.text,)),))


def deleted(delivery: Delivery, body: LeverWebhook) -> Translation:
    """An opportunity that is gone; that is neither a rejection nor a withdrawal."""
    data = canonical.ApplicationDeleted(**_common(delivery, body), cause="candidate")
    when = _when(delivery, body)
    return Translation(events=(delivery.event("application.deleted", data, when, ("deleted",)),))


def interview(delivery: Delivery, body: LeverWebhook, name: str) -> Translation:
    """面接: that there is one, without when and with whom."""
    interview_id = normalize.required(body.data.interview_id, "data.interviewId")
    data = canonical.InterviewData(
        **_common(delivery, body), interview_id=delivery.id(interview_id)
    )
    when = _when(delivery, body)
    return Translation(events=(delivery.event(name, data, when, (interview_id, when.text)),))


def contact(delivery: Delivery, body: LeverWebhook, name: str) -> Translation:
    """The person was entered or edited; what is none of ours."""
    contact_id = normalize.required(body.data.contact_id, "data.contactId")
    data = canonical.CandidateData(candidate_id=delivery.id(contact_id))
    when = _when(delivery, body)
    return Translation(events=(delivery.event(name, data, when, (when.text,)),))


def _when(delivery: Delivery, body: LeverWebhook) -> EventTime:
    return delivery.when(body.triggered_at, "exact")


def _common(
    delivery: Delivery, body: LeverWebhook, kind: Any = MAYBE
) -> dict[str, Any]:  # any field of `canonical.Data`
    """An opportunity may be a lead's, unless the event says that somebody has applied."""
    seen = body.data
    opportunity_id = normalize.required(
        seen.opportunity_id or seen.candidate_id, "data.opportunityId"
    )
    application = canonical.Application(
        id=delivery.id(opportunity_id), candidate_id=delivery.maybe(seen.contact_id), kind=kind
    )
    return {"application": application}


def _kind(stage_id: str) -> str | None:
    """The pipeline that a default stage's own id names; custom stages have ids that name nothing."""
    return next((kind for kind in PIPELINES if stage_id.startswith(kind)), None)
