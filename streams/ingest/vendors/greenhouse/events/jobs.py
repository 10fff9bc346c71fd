"""Events about candidates, jobs, job posts, and deleted interviews and scorecards."""

from datetime import datetime

from schemas.errors import Condition, Unmapped
from schemas.events import application as canonical
from schemas.events import context as event_context
from streams.ingest import lenient_fields, normalize
from streams.ingest.vendor import Translation
from streams.ingest.vendors.greenhouse.events import snapshot
from streams.ingest.vendors.greenhouse.events.snapshot import GreenhouseDelivery
from streams.ingest.vendors.greenhouse.payload import (
    GreenhouseDeleted,
    GreenhouseFlatPost,
    GreenhouseJob,
)


def candidate_updated(delivery: GreenhouseDelivery) -> Translation:
    """The candidate's own fields changed; Greenhouse does not say which, and we use none of them."""
    candidate = delivery.payload.candidate
    vendor_id = normalize.required(
        candidate.id if candidate is not None else None, "payload.candidate.id"
    )
    data = canonical.CandidateData(candidate_id=delivery.id(vendor_id))
    when = delivery.event_time(None)
    return Translation(events=(delivery.event("candidate.updated", data, when, (when.text,)),))


def candidate_deleted(delivery: GreenhouseDelivery) -> Translation:
    """The candidate is deleted with all their applications, for which Greenhouse sends no events."""
    candidate = normalize.required(delivery.payload.person, "payload.person")
    when = delivery.event_time(None)
    data = canonical.CandidateData(candidate_id=delivery.id(candidate.id))
    events = [delivery.event("candidate.deleted", data, when, ("deleted",))]
    for vendor_id in dict.fromkeys(candidate.deleted_application_ids):
        application = canonical.Application(
            id=delivery.id(vendor_id), candidate_id=data.candidate_id
        )
        deletion = canonical.ApplicationDeleted(application=application, cause="candidate")
        events.append(delivery.event("application.deleted", deletion, when, ("deleted",)))
    return Translation(events=tuple(events))


def candidate_merged(delivery: GreenhouseDelivery) -> Translation:
    """Two candidates are merged: the old id now refers to the new candidate."""
    candidate = normalize.required(delivery.payload.person, "payload.person")
    new_candidate_id = normalize.required(
        delivery.payload.new_candidate_id or candidate.new_candidate_id, "payload.new_candidate_id"
    )
    data = canonical.Merged(
        from_id=delivery.id(candidate.id), into_id=delivery.id(new_candidate_id)
    )
    when = delivery.event_time(None)
    return Translation(events=(delivery.event("candidate.merged", data, when, (data.into_id,)),))


def candidate_anonymized(delivery: GreenhouseDelivery) -> Translation:
    """The names of the erased fields; our history holds no personal data and is kept."""
    candidate = delivery.payload.person
    vendor_id = delivery.payload.candidate_id or (candidate.id if candidate is not None else None)
    data = canonical.Anonymized(
        candidate_id=delivery.id(normalize.required(vendor_id, "payload.candidate_id")),
        fields=tuple(name for name in delivery.payload.anonymized_fields if name),
    )
    when = delivery.event_time(None)
    return Translation(events=(delivery.event("candidate.anonymized", data, when, (when.text,)),))


def job_created(delivery: GreenhouseDelivery) -> Translation:
    """求人 opened or drafted."""
    job = _job(delivery)
    name = "job.opened" if (job.status or "open").casefold() == "open" else "job.updated"
    return _job_event(delivery, job, name, job.opened_at or job.created_at)


def job_updated(delivery: GreenhouseDelivery) -> Translation:
    """求人 edited or closed; Greenhouse sends no time for an edit."""
    job = _job(delivery)
    if (job.status or "").casefold() == "closed":
        return _job_event(delivery, job, "job.closed", job.closed_at)
    return _job_event(delivery, job, "job.updated", None)


def job_deleted(delivery: GreenhouseDelivery) -> Translation:
    """求人 deleted."""
    return _job_event(delivery, _job(delivery), "job.deleted", None)


def posting_events(delivery: GreenhouseDelivery) -> Translation:
    """求人票 published or unpublished."""
    post = delivery.payload.job_post
    faults: tuple[Condition, ...] = ()
    if post is None:
        flat, faults = lenient_fields.parse(GreenhouseFlatPost, delivery.raw)
        post = flat.payload
    live = bool(post.live) and delivery.name != "job_post_deleted"
    name = "posting.published" if live else "posting.unpublished"
    data = event_context.PostingData(
        posting_id=delivery.id(post.id), job_id=delivery.optional_id(post.job_id)
    )
    when = delivery.event_time(post.updated_at)
    event = delivery.event(name, data, when, (post.id, delivery.name, when.text))
    return Translation(events=(event,), faults=faults)


def interview_deleted(delivery: GreenhouseDelivery) -> Translation:
    """面接 cancelled."""
    interview = normalize.required(delivery.payload.interview, "payload.interview")
    data = canonical.InterviewData(
        application=_application(delivery, interview), interview_id=delivery.id(interview.id)
    )
    when = delivery.event_time(interview.updated_at)
    event = delivery.event("interview.cancelled", data, when, (interview.id, when.text))
    return Translation(events=(event,))


def scorecard_deleted(delivery: GreenhouseDelivery) -> Translation:
    """評価 deleted."""
    scorecard = normalize.required(delivery.payload.scorecard, "payload.scorecard")
    data = canonical.Feedback(
        application=_application(delivery, scorecard), feedback_id=delivery.id(scorecard.id)
    )
    # The scorecard's timestamps are those of its submission, not of its deletion.
    event = delivery.event(
        "feedback.deleted", data, delivery.event_time(None), (scorecard.id, "deleted")
    )
    return Translation(events=(event,))


def _application(delivery: GreenhouseDelivery, entity: GreenhouseDeleted) -> canonical.Application:
    """Return the application it belonged to; without one there is no history to correct."""
    vendor_id = entity.application_id or delivery.payload.application_id
    if vendor_id is None:
        raise Unmapped("missing_field", f"{delivery.name} names no application")
    return canonical.Application(id=delivery.id(vendor_id))


def _job(delivery: GreenhouseDelivery) -> GreenhouseJob:
    return normalize.required(delivery.payload.job, "payload.job")


def _job_event(
    delivery: GreenhouseDelivery, job: GreenhouseJob, name: str, moment: datetime | None
) -> Translation:
    team = job.hiring_team
    data = event_context.JobData(
        job_id=delivery.id(job.id),
        name=job.name,
        requisition_id=job.requisition_id,
        headcount=len(job.openings) or None,
        department=snapshot.first_place_name(job.departments),
        location=snapshot.first_place_name(job.offices),
        recruiter_ids=snapshot.user_ids_of(delivery, team.recruiters if team is not None else ()),
        hiring_manager_ids=snapshot.user_ids_of(
            delivery, team.hiring_managers if team is not None else ()
        ),
    )
    when = delivery.event_time(moment)
    fact = ("deleted",) if name == "job.deleted" else (when.text,)
    return Translation(events=(delivery.event(name, data, when, fact),))
