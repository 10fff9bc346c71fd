"""Normalizes SmartRecruiters' notifications to canonical events without calling its API."""

from schemas.events import application as canonical
from schemas.events import context as event_context
from streams.ingest import normalize
from streams.ingest.normalize import Delivery, EventTime
from streams.ingest.vendor import Translation
from streams.ingest.vendors.smartrecruiters.payload import SmartRecruitersWebhook


def application_created(
    delivery: Delivery, body: SmartRecruitersWebhook, when: EventTime
) -> Translation:
    """応募."""
    application = _application(delivery, body).model_copy(
        update={"applied_at": when.at, "kind": "application"}
    )
    data = canonical.Created(application=application)
    return Translation(events=(delivery.event("application.created", data, when, (when.text,)),))


def application_updated(
    delivery: Delivery, body: SmartRecruitersWebhook, when: EventTime
) -> Translation:
    """The application changed; the new values are available only from the API."""
    data = canonical.Updated(application=_application(delivery, body))
    return Translation(events=(delivery.event("application.updated", data, when, (when.text,)),))


def interview_events(
    delivery: Delivery, body: SmartRecruitersWebhook, when: EventTime, name: str
) -> Translation:
    """面接, without its time and interviewers."""
    interview_id = normalize.required(body.interview_id or body.id, "interview_id")
    data = canonical.InterviewData(
        application=_application(delivery, body), interview_id=delivery.id(interview_id)
    )
    return Translation(events=(delivery.event(name, data, when, (interview_id, when.text)),))


def candidate_events(
    delivery: Delivery, body: SmartRecruitersWebhook, when: EventTime, name: str
) -> Translation:
    """The candidate is created, updated or deleted."""
    vendor_id = normalize.required(body.id or body.candidate_id, "id")
    data = canonical.CandidateData(candidate_id=delivery.id(vendor_id))
    fact = ("deleted",) if name == "candidate.deleted" else (when.text,)
    return Translation(events=(delivery.event(name, data, when, fact),))


def job_updated(delivery: Delivery, body: SmartRecruitersWebhook, when: EventTime) -> Translation:
    """求人 created or edited; its status is available only from the API."""
    job_id = normalize.required(body.id or body.job_id, "id")
    data = event_context.JobData(job_id=delivery.id(job_id))
    return Translation(events=(delivery.event("job.updated", data, when, (when.text,)),))


def opening_events(
    delivery: Delivery, body: SmartRecruitersWebhook, when: EventTime, name: str
) -> Translation:
    """An opening is created or deleted."""
    position_id = normalize.required(body.position_id, "position_id")
    data = event_context.OpeningData(
        opening_id=delivery.id(position_id), job_id=delivery.optional_id(body.job_id)
    )
    return Translation(events=(delivery.event(name, data, when, (position_id, when.text)),))


def _application(delivery: Delivery, body: SmartRecruitersWebhook) -> canonical.Application:
    """Return the application: the pair of candidate and job, as in offers; its own id is not always present."""
    candidate_id = normalize.required(body.candidate_id, "candidate_id")
    job_id = normalize.required(body.job_id, "job_id")
    return canonical.Application(
        id=delivery.id(f"{candidate_id}-{job_id}"),
        candidate_id=delivery.id(candidate_id),
        job_id=delivery.id(job_id),
    )
