"""Ashby's events about people, pipelines, jobs, openings and surveys."""

from schemas.errors import Unmapped
from schemas.events import application as canonical
from schemas.events import context as event_context
from streams.ingest import normalize
from streams.ingest.normalize import Delivery
from streams.ingest.vendor import Translation
from streams.ingest.vendors.ashby.events import applications
from streams.ingest.vendors.ashby.payload import AshbyData, AshbyJob

OPENINGS = {
    "open": "opening.opened",
    "approved": "opening.opened",
    "filled": "opening.filled",
    "closed": "opening.closed",
}
DRAFT = "draft"
JOBS = frozenset({"draft", "open", "closed", "archived"})
EXPERIENCE = "candidateexperience"


def candidate_deleted(delivery: Delivery, data: AshbyData) -> Translation:
    """The person; which applications went with them is not told, and is known here."""
    person = data.candidate.id if data.candidate is not None else None
    vendor_id = normalize.required(person, "data.candidate.id")
    gone = canonical.CandidateData(candidate_id=delivery.id(vendor_id))
    event = delivery.event("candidate.deleted", gone, delivery.when(None), ("deleted",))
    return Translation(events=(event,))


def candidate_merged(delivery: Delivery, data: AshbyData) -> Translation:
    """Two records of one person: the deleted one's applications belong to the other from now on."""
    loser, winner = data.deleted_candidate, data.merged_candidate
    from_id = normalize.required(
        loser.id if loser is not None else None, "data.deletedCandidate.id"
    )
    into_id = normalize.required(
        winner.id if winner is not None else None, "data.mergedCandidate.id"
    )
    merge = canonical.Merged(from_id=delivery.id(from_id), into_id=delivery.id(into_id))
    event = delivery.event("candidate.merged", merge, delivery.when(None), (merge.into_id,))
    return Translation(events=(event,))


def plan_exchanged(delivery: Delivery, data: AshbyData) -> Translation:
    """A job's pipeline was exchanged: its applications are in stages with new ids, and nobody moved them."""
    plan = normalize.required(data.to_interview_plan, "data.toInterviewPlan")
    if not data.interview_stage_mappings:
        ignored = (("interviewPlanTransition", "no stage took the place of another"),)
        return Translation(ignored=ignored)
    remap = event_context.PipelineRemapped(
        pipeline_id=delivery.id(plan.id),
        job_id=delivery.id(normalize.required(data.job_id, "data.jobId")),
        moves=tuple(
            event_context.StageMove(
                from_id=each.from_interview_stage_id, to_id=each.to_interview_stage_id
            )
            for each in data.interview_stage_mappings
        ),
    )
    when = delivery.when(None)
    occurrence = delivery.correlation or when.text
    event = delivery.event("pipeline.remapped", remap, when, (remap.job_id or "", occurrence))
    return Translation(events=(event,))


def job_created(delivery: Delivery, data: AshbyData) -> Translation:
    """求人 opened, or a draft of one."""
    job = _job(data)
    name = "job.opened" if _job_status(job) == "open" else "job.updated"
    return _about_job(delivery, job, name)


def job_updated(delivery: Delivery, data: AshbyData) -> Translation:
    """求人 edited or closed."""
    job = _job(data)
    name = "job.closed" if _job_status(job) in {"closed", "archived"} else "job.updated"
    return _about_job(delivery, job, name)


def published(delivery: Delivery, data: AshbyData) -> Translation:
    """求人票 live."""
    return _about_posting(delivery, data, "posting.published")


def unpublished(delivery: Delivery, data: AshbyData) -> Translation:
    """求人票 no longer live."""
    return _about_posting(delivery, data, "posting.unpublished")


def opening_created(delivery: Delivery, data: AshbyData) -> Translation:
    """A seat to fill, as it was when it was entered; what becomes of it is not told."""
    opening = normalize.required(data.opening, "data.opening")
    state = normalize.required(opening.opening_state, "data.opening.openingState").casefold()
    if state == DRAFT:
        return Translation(ignored=(("openingCreate", "a draft is no opening yet"),))
    if state not in OPENINGS:
        word = normalize.plain(opening.opening_state or "")
        raise Unmapped("unmapped_value", f"data.opening.openingState {word}")
    version = opening.latest_version
    about = event_context.OpeningData(
        opening_id=delivery.id(opening.id),
        job_id=delivery.maybe(next(iter(version.job_ids), None) if version is not None else None),
        target_date=version.target_hire_date if version is not None else None,
    )
    moment = opening.opened_at if state in {"open", "approved"} else opening.closed_at
    event = delivery.event(OPENINGS[state], about, delivery.when(moment), (opening.id,))
    return Translation(events=(event,))


def surveyed(delivery: Delivery, data: AshbyData) -> Translation:
    """候補者体験 answered; other questionnaires are about the person, and say nothing of the funnel."""
    survey = normalize.required(data.survey_submission, "data.surveySubmission")
    kind = normalize.required(survey.survey_type, "data.surveySubmission.surveyType")
    if kind.casefold() != EXPERIENCE:
        return Translation(ignored=(("surveySubmit", "not about the candidate's experience"),))
    answered = event_context.SurveyData(
        survey_id=delivery.id(survey.id),
        kind="candidate_experience",
        application_id=delivery.maybe(survey.application_id),
    )
    when = delivery.when(survey.submitted_at)
    return Translation(events=(delivery.event("survey.submitted", answered, when, (survey.id,)),))


def _job(data: AshbyData) -> AshbyJob:
    return normalize.required(data.job, "data.job")


def _job_status(job: AshbyJob) -> str:
    status = normalize.required(job.status, "data.job.status").casefold()
    if status not in JOBS:
        raise Unmapped("unmapped_value", f"data.job.status {normalize.plain(status)}")
    return status


def _about_job(delivery: Delivery, job: AshbyJob, name: str) -> Translation:
    owners = applications.owners(delivery, job.hiring_team) or canonical.Owners()
    about = event_context.JobData(
        job_id=delivery.id(job.id),
        name=job.title,
        requisition_id=job.custom_requisition_id,
        department=job.department_id,
        location=job.location_id,
        recruiter_ids=() if owners.recruiter_id is None else (owners.recruiter_id,),
        hiring_manager_ids=owners.hiring_manager_ids,
    )
    moment = {"job.opened": job.opened_at or job.created_at, "job.closed": job.closed_at}.get(name)
    when = delivery.when(moment or job.updated_at)
    return Translation(events=(delivery.event(name, about, when, (when.text,)),))


def _about_posting(delivery: Delivery, data: AshbyData, name: str) -> Translation:
    posting = normalize.required(data.job_posting, "data.jobPosting")
    about = event_context.PostingData(
        posting_id=delivery.id(posting.id), job_id=delivery.maybe(posting.job_id)
    )
    when = delivery.when(posting.updated_at)
    return Translation(events=(delivery.event(name, about, when, (posting.id, when.text)),))
