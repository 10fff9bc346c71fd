"""The fields of Ashby's webhooks that we read; the schema leaves almost everything out somewhere."""

from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from streams.ingest.lenient_fields import (
    Day,
    Each,
    Flag,
    Key,
    MaybeKey,
    Moment,
    Part,
    Read,
    Whole,
    Word,
    Words,
    identity,
)


class AshbyModel(Read):
    """Ashby writes `updatedAt` for what we call `updated_at`."""

    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", frozen=True)


class AshbyUser(AshbyModel):
    """An Ashby user: the id alone, never a name or an address."""

    id: Key


def _user(value: object) -> object:
    """The live API writes the id where the webhook schema has the whole user."""
    return {"id": value} if isinstance(identity(value), str) and value else value


MaybeUser = Annotated[Part[AshbyUser], BeforeValidator(_user)]


class AshbyCandidate(AshbyModel):
    """The person, without anything personal."""

    id: MaybeKey = None


class AshbyStage(AshbyModel):
    """Where the application is; a fresh lead's stage may be an id alone."""

    id: Key
    title: Words = None
    type: Words = None


class AshbySourceType(AshbyModel):
    """Inbound, Sourced, Referral and what else the organisation has."""

    title: Words = None


class AshbySource(AshbyModel):
    """媒体."""

    id: MaybeKey = None
    title: Words = None
    source_type: Part[AshbySourceType] = None


class AshbyArchiveReason(AshbyModel):
    """Why it was archived; `reason_type` says by whom."""

    id: MaybeKey = None
    text: Words = None
    reason_type: Word = None


class AshbyJobOf(AshbyModel):
    """The job of an application."""

    id: Key
    title: Words = None
    location_id: MaybeKey = None
    department_id: MaybeKey = None


class AshbyMember(AshbyModel):
    """One of the hiring team; `role` is a word of the organisation's own."""

    user_id: Key
    role: Words = None


class AshbyApplication(AshbyModel):
    """応募: a snapshot, without the previous stage and without who changed it."""

    id: Key
    created_at: Moment = None
    updated_at: Moment = None
    status: Word = None
    candidate: Part[AshbyCandidate] = None
    current_interview_stage: Part[AshbyStage] = None
    source: Part[AshbySource] = None
    archive_reason: Whole[AshbyArchiveReason] = None
    archived_at: Moment = None
    job: Part[AshbyJobOf] = None
    credited_to_user: MaybeUser = None
    hiring_team: Each[AshbyMember] = ()


class AshbyVersion(AshbyModel):
    """One version of an offer."""

    id: Key
    created_at: Moment = None
    start_date: Day = None
    opening_id: MaybeKey = None
    approval_status: Words = None


class AshbyOffer(AshbyModel):
    """内定; its id stays over all versions, and it has no time of its own."""

    id: Key
    application_id: MaybeKey = None
    decided_at: Moment = None
    acceptance_status: Word = None
    offer_status: Word = None
    latest_version: Part[AshbyVersion] = None
    versions: Each[AshbyVersion] = ()


class AshbyInterviewer(AshbyUser):
    """面接官; someone who shadows does not assess, someone who reverse-shadows does."""

    training_role: Word = None


class AshbyInterview(AshbyModel):
    """What kind of interview it is."""

    title: Words = None
    is_debrief: Flag = None


class AshbyInterviewEvent(AshbyModel):
    """面接: one meeting of a schedule. `has_submitted_feedback` is true with the first scorecard of anybody."""

    id: Key
    interviewers: Each[AshbyInterviewer] = ()
    interviewer_user_ids: Each[Key] = ()
    created_at: Moment = None
    updated_at: Moment = None
    start_time: Moment = None
    end_time: Moment = None
    has_submitted_feedback: Flag = None
    interview: Part[AshbyInterview] = None


class AshbySchedule(AshbyModel):
    """All meetings of one stage."""

    id: Key
    status: Word = None
    application_id: MaybeKey = None
    candidate_id: MaybeKey = None
    scheduled_by: MaybeUser = None
    updated_at: Moment = None
    interview_events: Each[AshbyInterviewEvent] = ()


class AshbyJob(AshbyModel):
    """求人."""

    id: Key
    title: Words = None
    status: Word = None
    location_id: MaybeKey = None
    department_id: MaybeKey = None
    custom_requisition_id: MaybeKey = None
    hiring_team: Each[AshbyMember] = ()
    created_at: Moment = None
    updated_at: Moment = None
    opened_at: Moment = None
    closed_at: Moment = None


class AshbyPosting(AshbyModel):
    """求人票."""

    id: Key
    job_id: MaybeKey = None
    updated_at: Moment = None


class AshbyOpeningVersion(AshbyModel):
    """What an opening is for."""

    job_ids: Each[Key] = ()
    target_hire_date: Day = None


class AshbyOpening(AshbyModel):
    """A seat to fill."""

    id: Key
    opening_state: Word = None
    opened_at: Moment = None
    closed_at: Moment = None
    latest_version: Part[AshbyOpeningVersion] = None


class AshbyPlan(AshbyModel):
    """An interview plan."""

    id: Key


class AshbyMapping(AshbyModel):
    """Old stage → new stage."""

    from_interview_stage_id: Key
    to_interview_stage_id: Key


class AshbySurvey(AshbyModel):
    """A questionnaire that a candidate filled in; its answers stay where they are."""

    id: Key
    survey_type: Word = None
    submitted_at: Moment = None
    application_id: MaybeKey = None


class AshbyData(AshbyModel):
    """Whichever of these the action carries."""

    application: Whole[AshbyApplication] = None
    offer: Whole[AshbyOffer] = None
    candidate: Whole[AshbyCandidate] = None
    deleted_candidate: Whole[AshbyCandidate] = None
    merged_candidate: Whole[AshbyCandidate] = None
    interview_schedule: Whole[AshbySchedule] = None
    job: Whole[AshbyJob] = None
    job_posting: Whole[AshbyPosting] = None
    opening: Whole[AshbyOpening] = None
    survey_submission: Whole[AshbySurvey] = None
    job_id: MaybeKey = None
    from_interview_plan: Whole[AshbyPlan] = None
    to_interview_plan: Whole[AshbyPlan] = None
    interview_stage_mappings: Each[AshbyMapping] = ()


class AshbyWebhook(AshbyModel):
    """The whole delivery. `webhook_action_id` is shared by all webhooks of one cause, so it is no delivery id."""

    action: Annotated[str, Field(max_length=100)]
    webhook_action_id: MaybeKey = None
    data: Annotated[
        AshbyData, BeforeValidator(lambda value: {} if value in (None, []) else value)
    ] = AshbyData()
