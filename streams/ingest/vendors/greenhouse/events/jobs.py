"""Events about people, jobs, posts, and about interviews and scorecards that were deleted."""

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
    """A change of the person's own fields: which one is not told, and is none of ours."""
    person = delivery.payload.candidate
    vendor_id = normalize.required(
        person.id if person is not None else None, "payload.candidate.id"
    )
    data = canonical.CandidateData(candidate_id=delivery.id(vendor_id))
    when = delivery.when(None)
    return Translation(events=(delivery.event("candidate.updated", data, when, (when.text,)),))


def candidate_deleted(delivery: GreenhouseDelivery) -> Translation:
    """The person, and every application that went with them: Greenhouse sends no event for those."""
    person = normalize.required(delivery.payload.person, "payload.person")
    when = delivery.when(None)
    data = canonical.CandidateData(candidate_id=delivery.id(person.id))
    events = [delivery.event("candidate.deleted", data, when, ("deleted",))]
    for vendor_id in dict.fromkeys(person.deleted_application_ids):
        application = canonical.Application(
            id=delivery.id(vendor_id), candidate_id=data.candidate_id
        )
        gone = canonical.ApplicationDeleted(application=application, cause="candidate")
        events.append(delivery.event("application.deleted", gone, when, ("deleted",)))
    return Translation(events=tuple(events))


def candidate_merged(delivery: GreenhouseDelivery) -> Translation:
    """Two records of one person: the loser's id points to the winner from now on."""
    person = normalize.required(delivery.payload.person, "payload.person")
    winner = normalize.required(
        delivery.payload.new_candidate_id or person.new_candidate_id, "payload.new_candidate_id"
    )
    data = canonical.Merged(from_id=delivery.id(person.id), into_id=delivery.id(winner))
    when = delivery.when(None)
    return Translation(events=(delivery.event("candidate.merged", data, when, (data.into_id,)),))


def candidate_anonymized(delivery: GreenhouseDelivery) -> Translation:
    """The names of what was erased; the history we hold has nothing personal and stays."""
    person = delivery.payload.person
    vendor_id = delivery.payload.candidate_id or (person.id if person is not None else None)
    data = canonical.Anonymized(
        candidate_id=delivery.id(normalize.required(vendor_id, "payload.candidate_id")),
        fields=tuple(name for name in delivery.payload.anonymized_fields if name),
    )
    when = delivery.when(None)
    return Translation(events=(delivery.event("candidate.anonymized", data, when, (when.text,)),))


def job_created(delivery: GreenhouseDelivery) -> Translation:
    """求人 opened, or a draft of one."""
    job = _job(delivery)
    name = "job.opened" if (job.status or "open").casefold() == "open" else "job.updated"
    return _about_job(delivery, job, name, job.opened_at or job.created_at)


def job_updated(delivery: GreenhouseDelivery) -> Translation:
    """求人 edited or closed; when an edit was made is not told."""
    job = _job(delivery)
    if (job.status or "").casefold() == "closed":
        return _about_job(delivery, job, "job.closed", job.closed_at)
    return _about_job(delivery, job, "job.updated", None)


def job_deleted(delivery: GreenhouseDelivery) -> Translation:
    """求人 gone."""
    return _about_job(delivery, _job(delivery), "job.deleted", None)


def post_changed(delivery: GreenhouseDelivery) -> Translation:
    """求人票 live or not."""
    post = delivery.payload.job_post
    faults: tuple[Condition, ...] = ()
    if post is None:
        flat, faults = lenient_fields.read(GreenhouseFlatPost, delivery.raw)
        post = flat.payload
    live = bool(post.live) and delivery.name != "job_post_deleted"
    name = "posting.published" if live else "posting.unpublished"
    data = event_context.PostingData(
        posting_id=delivery.id(post.id), job_id=delivery.maybe(post.job_id)
    )
    when = delivery.when(post.updated_at)
    event = delivery.event(name, data, when, (post.id, delivery.name, when.text))
    return Translation(events=(event,), faults=faults)


def interview_deleted(delivery: GreenhouseDelivery) -> Translation:
    """面接 cancelled."""
    gone = normalize.required(delivery.payload.interview, "payload.interview")
    data = canonical.InterviewData(
        application=_owner(delivery, gone), interview_id=delivery.id(gone.id)
    )
    when = delivery.when(gone.updated_at)
    event = delivery.event("interview.cancelled", data, when, (gone.id, when.text))
    return Translation(events=(event,))


def scorecard_deleted(delivery: GreenhouseDelivery) -> Translation:
    """評価 taken back."""
    gone = normalize.required(delivery.payload.scorecard, "payload.scorecard")
    data = canonical.Feedback(application=_owner(delivery, gone), feedback_id=delivery.id(gone.id))
    # The scorecard's own times are of its writing, not of its deletion.
    event = delivery.event("feedback.deleted", data, delivery.when(None), (gone.id, "deleted"))
    return Translation(events=(event,))


def _owner(delivery: GreenhouseDelivery, gone: GreenhouseDeleted) -> canonical.Application:
    """The application it belonged to: without it there is no history to correct."""
    vendor_id = gone.application_id or delivery.payload.application_id
    if vendor_id is None:
        raise Unmapped("missing_field", f"{delivery.name} names no application")
    return canonical.Application(id=delivery.id(vendor_id))


def _job(delivery: GreenhouseDelivery) -> GreenhouseJob:
    return normalize.required(delivery.payload.job, "payload.job")


def _about_job(
    delivery: GreenhouseDelivery, job: GreenhouseJob, name: str, moment: datetime | None
) -> Translation:
    team = job.hiring_team
    data = event_context.JobData(
        job_id=delivery.id(job.id),
        name=job.name,
        requisition_id=job.requisition_id,
        headcount=len(job.openings) or None,
        department=snapshot.place(job.departments),
        location=snapshot.place(job.offices),
        recruiter_ids=snapshot.users(delivery, team.recruiters if team is not None else ()),
        hiring_manager_ids=snapshot.users(
            delivery, team.hiring_managers if team is not None else ()
        ),
    )
    when = delivery.when(moment)
    fact = ("deleted",) if name == "job.deleted" else (when.text,)
    return Translation(events=(delivery.event(name, data, when, fact),))
