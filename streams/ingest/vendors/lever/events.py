"""Normalizes Lever's webhook payloads to canonical events."""

from typing import Any

from schemas.errors import Malformed
from schemas.events import application as canonical
from streams.ingest import normalize
from streams.ingest.normalize import Delivery, EventTime
from streams.ingest.vendor import Translation
from streams.ingest.vendors.lever.payload import LeverWebhook

APPLICATION, LEAD = "application", "lead"
# Pipeline prefixes of default stage ids, and the application kind in each; custom stage ids have no prefix.
PIPELINES = {"lead": "prospect", "applicant": APPLICATION, "offer": APPLICATION}


def application_created(delivery: Delivery, body: LeverWebhook) -> Translation:
    """応募."""
    when = _when(delivery, body)
    common = _common(delivery, body, APPLICATION)
    common["application"] = common["application"].model_copy(update={"applied_at": when.at})
    data = canonical.Created(**common)
    fact = (body.data.application_id or "", when.text)
    return Translation(events=(delivery.event("application.created", data, when, fact),))


def stage_changed(delivery: Delivery, body: LeverWebhook) -> Translation:
    """A stage change, which does not reopen an archived opportunity.

    A custom stage may belong to the leads' pipeline. Only a default stage gives the kind: the one entered, or else
    the one left if the person had applied by then.
    """
    to_id = normalize.required(body.data.to_stage_id, "data.toStageId")
    from_id = body.data.from_stage_id
    kind = PIPELINES.get(_pipeline(to_id) or "")
    if kind is None and PIPELINES.get(_pipeline(from_id or "") or "") == APPLICATION:
        kind = APPLICATION
    data = canonical.StageChanged(
        **_common(delivery, body, kind or LEAD),
        to_stage=_stage(to_id),
        from_stage=None if from_id is None else _stage(from_id),
        from_known="no" if from_id is None else "payload",
    )
    when = _when(delivery, body)
    fact = (to_id, when.text)
    return Translation(events=(delivery.event("application.stage_changed", data, when, fact),))


def archive_changed(delivery: Delivery, body: LeverWebhook) -> Translation:
    """Archived or unarchived. The party follows only from the reason, and its meaning only from the configured mapping."""
    if "to_archived" not in body.data.model_fields_set:
        raise Malformed("missing_field", "data.toArchived")
    archive = body.data.to_archived
    if archive is None:
        return _unarchived(delivery, body)
    common = _common(delivery, body)
    when = delivery.event_time(archive.archived_at or body.triggered_at, "exact")
    reason = None if archive.reason is None else canonical.Reason(id=archive.reason)
    data = canonical.Ended(**common, reason=reason, party="unknown")
    fact = (when.text, archive.reason or "")
    return Translation(events=(delivery.event("application.closed", data, when, fact),))


def _unarchived(delivery: Delivery, body: LeverWebhook) -> Translation:
    """Active again, so neither ended nor hired: Lever keeps its hires in the archive. What does not stand is not undone."""
    common = _common(delivery, body)
    when = _when(delivery, body)
    reopened = canonical.Reopened(**common)
    unhired = canonical.Hired(**common)
    return Translation(
        events=(
            delivery.event("application.reopened", reopened, when, (when.text,)),
            delivery.event("application.unhired", unhired, when, (when.text,)),
        )
    )


def hired(delivery: Delivery, body: LeverWebhook) -> Translation:
    """採用決定. Lever also archives the opportunity, under its reason for hires."""
    when = _when(delivery, body)
    data = canonical.Hired(**_common(delivery, body, APPLICATION))
    return Translation(events=(delivery.event("application.hired", data, when, (when.text,)),))


def application_deleted(delivery: Delivery, body: LeverWebhook) -> Translation:
    """The opportunity is deleted, which is neither a rejection nor a withdrawal."""
    data = canonical.ApplicationDeleted(**_common(delivery, body), cause="candidate")
    when = _when(delivery, body)
    return Translation(events=(delivery.event("application.deleted", data, when, ("deleted",)),))


def interview_events(delivery: Delivery, body: LeverWebhook, name: str) -> Translation:
    """面接, without its time and interviewers."""
    interview_id = normalize.required(body.data.interview_id, "data.interviewId")
    data = canonical.InterviewData(
        **_common(delivery, body),
        interview_id=delivery.id(interview_id),
        schedule_id=delivery.optional_id(body.data.panel_id),
    )
    when = _when(delivery, body)
    return Translation(events=(delivery.event(name, data, when, (interview_id, when.text)),))


def candidate_events(delivery: Delivery, body: LeverWebhook, name: str) -> Translation:
    """The candidate is created or updated; we use none of the changed fields."""
    contact_id = normalize.required(body.data.contact_id, "data.contactId")
    data = canonical.CandidateData(candidate_id=delivery.id(contact_id))
    when = _when(delivery, body)
    return Translation(events=(delivery.event(name, data, when, (when.text,)),))


def _when(delivery: Delivery, body: LeverWebhook) -> EventTime:
    return delivery.event_time(body.triggered_at, "exact")


def _common(
    delivery: Delivery, body: LeverWebhook, kind: Any = LEAD
) -> dict[str, Any]:  # any field of `canonical.Data`
    """Return the shared fields; an opportunity may be a lead unless the event shows an application."""
    data = body.data
    opportunity_id = normalize.required(
        data.opportunity_id or data.candidate_id, "data.opportunityId"
    )
    application = canonical.Application(
        id=delivery.id(opportunity_id),
        candidate_id=delivery.optional_id(data.contact_id),
        kind=kind,
    )
    return {"application": application}


def _stage(stage_id: str) -> canonical.Stage:
    return canonical.Stage(id=stage_id, vendor_kind=_pipeline(stage_id))


def _pipeline(stage_id: str) -> str | None:
    """Return the pipeline in a default stage's id; custom stage ids have none."""
    return next((kind for kind in PIPELINES if stage_id.startswith(kind)), None)
