"""The fields we read from Ashby's webhooks; almost all are optional, as Ashby omits each of them somewhere."""

from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from streams.ingest.employees import Employee
from streams.ingest.lenient_fields import (
    Day,
    Flag,
    Instant,
    Key,
    LenientList,
    LenientPart,
    LenientText,
    Number,
    OptionalKey,
    StrictPart,
    StrictText,
    VendorPayload,
    normalize_id,
)


class AshbyModel(VendorPayload):
    """Ashby writes `updatedAt` for what we call `updated_at`."""

    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", frozen=True)


class AshbyUser(AshbyModel):
    """An Ashby user: the id, and the name for the directory, never an address."""

    id: Key
    first_name: LenientText = None
    last_name: LenientText = None

    @property
    def employee(self) -> Employee:
        """The employee."""
        return Employee(self.id, " ".join(filter(None, (self.first_name, self.last_name))))


def _user(value: object) -> object:
    """The live API sends only the id where the webhook schema has a user object."""
    return {"id": value} if isinstance(normalize_id(value), str) and value else value


MaybeUser = Annotated[LenientPart[AshbyUser], BeforeValidator(_user)]


class AshbyCandidate(AshbyModel):
    """The candidate, without personal data."""

    id: OptionalKey = None


class AshbyStage(AshbyModel):
    """The current stage; a new lead's stage may be an id alone."""

    id: Key
    title: LenientText = None
    type: LenientText = None
    order_in_interview_plan: Number = None


class AshbySourceType(AshbyModel):
    """Inbound, Sourced, Referral or the organisation's own types."""

    title: LenientText = None


class AshbySource(AshbyModel):
    """媒体."""

    id: OptionalKey = None
    title: LenientText = None
    source_type: LenientPart[AshbySourceType] = None


class AshbyArchiveReason(AshbyModel):
    """The archive reason; `reason_type` gives the party."""

    id: OptionalKey = None
    text: LenientText = None
    reason_type: StrictText = None


class AshbyJobOf(AshbyModel):
    """The job of an application."""

    id: Key
    title: LenientText = None
    location_id: OptionalKey = None
    department_id: OptionalKey = None


class AshbyMember(AshbyModel):
    """A hiring team member; `role` is chosen by the organisation."""

    user_id: Key
    role: LenientText = None


class AshbyApplication(AshbyModel):
    """応募: a snapshot, without the previous stage and the author of the change."""

    id: Key
    created_at: Instant = None
    updated_at: Instant = None
    status: StrictText = None
    candidate: LenientPart[AshbyCandidate] = None
    current_interview_stage: LenientPart[AshbyStage] = None
    source: LenientPart[AshbySource] = None
    archive_reason: StrictPart[AshbyArchiveReason] = None
    archived_at: Instant = None
    job: LenientPart[AshbyJobOf] = None
    credited_to_user: MaybeUser = None
    hiring_team: LenientList[AshbyMember] = ()


class AshbyVersion(AshbyModel):
    """One version of an offer."""

    id: Key
    created_at: Instant = None
    start_date: Day = None
    opening_id: OptionalKey = None
    approval_status: LenientText = None


class AshbyOffer(AshbyModel):
    """内定. All versions share its id, and it has no timestamp of its own."""

    id: Key
    application_id: OptionalKey = None
    decided_at: Instant = None
    acceptance_status: StrictText = None
    offer_status: StrictText = None
    latest_version: LenientPart[AshbyVersion] = None
    versions: LenientList[AshbyVersion] = ()


class AshbyInterviewer(AshbyUser):
    """面接官. An interviewer who shadows does not assess; one who reverse-shadows does."""

    training_role: StrictText = None


class AshbyInterview(AshbyModel):
    """The kind of interview."""

    title: LenientText = None
    is_debrief: Flag = None


class AshbyInterviewEvent(AshbyModel):
    """面接: one meeting of a schedule. `has_submitted_feedback` is true from the first scorecard by anyone."""

    id: Key
    interviewers: LenientList[AshbyInterviewer] = ()
    interviewer_user_ids: LenientList[Key] = ()
    created_at: Instant = None
    updated_at: Instant = None
    start_time: Instant = None
    end_time: Instant = None
    has_submitted_feedback: Flag = None
    interview: LenientPart[AshbyInterview] = None


def _length(value: object) -> int | None:
    return len(value) if isinstance(value, list) else None


class AshbySchedule(AshbyModel):
    """All meetings of one stage; `listed_events` is how many were sent, readable or not, None if there is no list."""

    id: Key
    status: StrictText = None
    application_id: OptionalKey = None
    candidate_id: OptionalKey = None
    interview_stage_id: OptionalKey = None
    scheduled_by: MaybeUser = None
    updated_at: Instant = None
    interview_events: LenientList[AshbyInterviewEvent] = ()
    listed_events: Annotated[
        int | None, Field(validation_alias="interviewEvents"), BeforeValidator(_length)
    ] = None


class AshbyJob(AshbyModel):
    """求人."""

    id: Key
    title: LenientText = None
    status: StrictText = None
    location_id: OptionalKey = None
    department_id: OptionalKey = None
    custom_requisition_id: OptionalKey = None
    hiring_team: LenientList[AshbyMember] = ()
    created_at: Instant = None
    updated_at: Instant = None
    opened_at: Instant = None
    closed_at: Instant = None


class AshbyPosting(AshbyModel):
    """求人票."""

    id: Key
    job_id: OptionalKey = None
    updated_at: Instant = None


class AshbyOpeningVersion(AshbyModel):
    """The jobs and target date of an opening."""

    job_ids: LenientList[Key] = ()
    target_hire_date: Day = None


class AshbyOpening(AshbyModel):
    """An opening."""

    id: Key
    opening_state: StrictText = None
    opened_at: Instant = None
    closed_at: Instant = None
    latest_version: LenientPart[AshbyOpeningVersion] = None


class AshbyPlan(AshbyModel):
    """An interview plan."""

    id: Key


class AshbyMapping(AshbyModel):
    """A mapping of an old stage to a new one."""

    from_interview_stage_id: Key
    to_interview_stage_id: Key


class AshbySurvey(AshbyModel):
    """A survey submitted by a candidate; its answers are not read."""

    id: Key
    survey_type: StrictText = None
    submitted_at: Instant = None
    application_id: OptionalKey = None


class AshbyData(AshbyModel):
    """The data of the action; which fields are present depends on the action."""

    application: StrictPart[AshbyApplication] = None
    offer: StrictPart[AshbyOffer] = None
    candidate: StrictPart[AshbyCandidate] = None
    deleted_candidate: StrictPart[AshbyCandidate] = None
    merged_candidate: StrictPart[AshbyCandidate] = None
    interview_schedule: StrictPart[AshbySchedule] = None
    job: StrictPart[AshbyJob] = None
    job_posting: StrictPart[AshbyPosting] = None
    opening: StrictPart[AshbyOpening] = None
    survey_submission: StrictPart[AshbySurvey] = None
    job_id: OptionalKey = None
    from_interview_plan: StrictPart[AshbyPlan] = None
    to_interview_plan: StrictPart[AshbyPlan] = None
    interview_stage_mappings: LenientList[AshbyMapping] = ()


class AshbyWebhook(AshbyModel):
    """The whole delivery. All webhooks of one cause share `webhook_action_id`, so it is not a delivery id."""

    action: Annotated[str, Field(max_length=100)]
    webhook_action_id: OptionalKey = None
    data: Annotated[
        AshbyData, BeforeValidator(lambda value: {} if value in (None, []) else value)
    ] = AshbyData()
