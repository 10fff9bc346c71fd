"""Events from Ashby's candidate, pipeline, job, opening and survey webhooks."""

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
    """The candidate is deleted; Ashby does not list the applications, but the history has them."""
    candidate_id = data.candidate.id if data.candidate is not None else None
    vendor_id = normalize.required(candidate_id, "data.candidate.id")
    candidate_data = canonical.CandidateData(candidate_id=delivery.id(vendor_id))
    event = delivery.event(
        "candidate.deleted", candidate_data, delivery.event_time(None), ("deleted",)
    )
    return Translation(events=(event,))


def candidate_merged(delivery: Delivery, data: AshbyData) -> Translation:
    """Two candidates are merged: the deleted one's applications now belong to the other."""
    old_candidate, new_candidate = data.deleted_candidate, data.merged_candidate
    from_id = normalize.required(
        old_candidate.id if old_candidate is not None else None, "data.deletedCandidate.id"
    )
    into_id = normalize.required(
        new_candidate.id if new_candidate is not None else None, "data.mergedCandidate.id"
    )
    merge = canonical.Merged(from_id=delivery.id(from_id), into_id=delivery.id(into_id))
    event = delivery.event("candidate.merged", merge, delivery.event_time(None), (merge.into_id,))
    return Translation(events=(event,))


def pipeline_remapped(delivery: Delivery, data: AshbyData) -> Translation:
    """The job's pipeline was replaced: its applications are in stages with new ids, and no candidate moved."""
    plan = normalize.required(data.to_interview_plan, "data.toInterviewPlan")
    if not data.interview_stage_mappings:
        ignored = (("interviewPlanTransition", "no stage took the place of another"),)
        return Translation(ignored=ignored)
    remap = event_context.PipelineRemapped(
        pipeline_id=delivery.id(plan.id),
        job_id=delivery.id(normalize.required(data.job_id, "data.jobId")),
        moves=tuple(
            event_context.StageMove(
                from_id=mapping.from_interview_stage_id, to_id=mapping.to_interview_stage_id
            )
            for mapping in data.interview_stage_mappings
        ),
    )
    when = delivery.event_time(None)
    occurrence = delivery.correlation or when.text
    event = delivery.event("pipeline.remapped", remap, when, (remap.job_id or "", occurrence))
    return Translation(events=(event,))


def job_created(delivery: Delivery, data: AshbyData) -> Translation:
    """求人 opened or drafted."""
    job = _job(data)
    name = "job.opened" if _job_status(job) == "open" else "job.updated"
    return _job_event(delivery, job, name)


def job_updated(delivery: Delivery, data: AshbyData) -> Translation:
    """求人 edited or closed."""
    job = _job(data)
    name = "job.closed" if _job_status(job) in {"closed", "archived"} else "job.updated"
    return _job_event(delivery, job, name)


def posting_published(delivery: Delivery, data: AshbyData) -> Translation:
    """求人票 published."""
    return _posting_event(delivery, data, "posting.published")


def posting_unpublished(delivery: Delivery, data: AshbyData) -> Translation:
    """求人票 unpublished."""
    return _posting_event(delivery, data, "posting.unpublished")


def opening_created(delivery: Delivery, data: AshbyData) -> Translation:
    """An opening in its initial state; Ashby does not report later changes."""
    opening = normalize.required(data.opening, "data.opening")
    state = normalize.required(opening.opening_state, "data.opening.openingState").casefold()
    if state == DRAFT:
        return Translation(ignored=(("openingCreate", "a draft is no opening yet"),))
    if state not in OPENINGS:
        state_text = normalize.safe_name(opening.opening_state or "")
        raise Unmapped("unmapped_value", f"data.opening.openingState {state_text}")
    version = opening.latest_version
    opening_data = event_context.OpeningData(
        opening_id=delivery.id(opening.id),
        job_id=delivery.optional_id(
            next(iter(version.job_ids), None) if version is not None else None
        ),
        target_date=version.target_hire_date if version is not None else None,
    )
    moment = opening.opened_at if state in {"open", "approved"} else opening.closed_at
    event = delivery.event(
        OPENINGS[state], opening_data, delivery.event_time(moment), (opening.id,)
    )
    return Translation(events=(event,))


def survey_submitted(delivery: Delivery, data: AshbyData) -> Translation:
    """候補者体験 survey submitted; other surveys are about the person and do not affect the funnel."""
    survey = normalize.required(data.survey_submission, "data.surveySubmission")
    kind = normalize.required(survey.survey_type, "data.surveySubmission.surveyType")
    if kind.casefold() != EXPERIENCE:
        return Translation(ignored=(("surveySubmit", "not about the candidate's experience"),))
    survey_data = event_context.SurveyData(
        survey_id=delivery.id(survey.id),
        kind="candidate_experience",
        application_id=delivery.optional_id(survey.application_id),
    )
    when = delivery.event_time(survey.submitted_at)
    return Translation(
        events=(delivery.event("survey.submitted", survey_data, when, (survey.id,)),)
    )


def _job(data: AshbyData) -> AshbyJob:
    return normalize.required(data.job, "data.job")


def _job_status(job: AshbyJob) -> str:
    status = normalize.required(job.status, "data.job.status").casefold()
    if status not in JOBS:
        raise Unmapped("unmapped_value", f"data.job.status {normalize.safe_name(status)}")
    return status


def _job_event(delivery: Delivery, job: AshbyJob, name: str) -> Translation:
    owners = applications.owners(delivery, job.hiring_team) or canonical.Owners()
    job_data = event_context.JobData(
        job_id=delivery.id(job.id),
        name=job.title,
        requisition_id=job.custom_requisition_id,
        department=job.department_id,
        location=job.location_id,
        recruiter_ids=() if owners.recruiter_id is None else (owners.recruiter_id,),
        hiring_manager_ids=owners.hiring_manager_ids,
    )
    moment = {"job.opened": job.opened_at or job.created_at, "job.closed": job.closed_at}.get(name)
    when = delivery.event_time(moment or job.updated_at)
    return Translation(events=(delivery.event(name, job_data, when, (when.text,)),))


def _posting_event(delivery: Delivery, data: AshbyData, name: str) -> Translation:
    posting = normalize.required(data.job_posting, "data.jobPosting")
    posting_data = event_context.PostingData(
        posting_id=delivery.id(posting.id), job_id=delivery.optional_id(posting.job_id)
    )
    when = delivery.event_time(posting.updated_at)
    return Translation(events=(delivery.event(name, posting_data, when, (posting.id, when.text)),))
