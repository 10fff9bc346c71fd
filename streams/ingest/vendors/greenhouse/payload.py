"""The fields we read from Greenhouse's webhooks as they really arrive: null, absent, or `[]` for an empty map.

Every field that some vendor example omits is optional here; the translation of an event requires the fields it needs.
"""

from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

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
)

PING = "ping"


class GreenhouseSource(VendorPayload):
    """媒体; the name is `name` in some events and `public_name` in others."""

    id: OptionalKey = None
    name: LenientText = None
    public_name: LenientText = None


class GreenhousePerson(VendorPayload):
    """A Greenhouse user: the id, and the name for the directory, never an address."""

    id: OptionalKey = None
    user_id: OptionalKey = None
    name: LenientText = None
    first_name: LenientText = None
    last_name: LenientText = None

    @property
    def employee(self) -> Employee:
        """The employee."""
        name = self.name or " ".join(filter(None, (self.first_name, self.last_name)))
        return Employee(self.user_id or self.id or "", name)


class GreenhouseInterviewer(GreenhousePerson):
    """面接官; `status` is the answer to the invitation, such as `tentative`."""

    status: LenientText = None


class GreenhouseInterviewStep(VendorPayload):
    """One interview of the current stage."""

    id: Key
    name: LenientText = None
    status: StrictText = None
    interviewers: LenientList[GreenhouseInterviewer] = ()


class GreenhouseCurrentStage(VendorPayload):
    """The current stage; Greenhouse sends neither the previous stage nor the order."""

    id: Key
    name: LenientText = None
    interviews: LenientList[GreenhouseInterviewStep] = ()


class GreenhouseReasonType(VendorPayload):
    """The rejection reason type, identified by name: ids differ between organisations."""

    id: OptionalKey = None
    name: StrictText = None


class GreenhouseRejectionReason(VendorPayload):
    """The rejection reason."""

    id: OptionalKey = None
    name: LenientText = None
    type: StrictPart[GreenhouseReasonType] = None


class GreenhouseCandidate(VendorPayload):
    """The candidate, without personal data."""

    id: OptionalKey = None
    recruiter: LenientPart[GreenhousePerson] = None
    coordinator: LenientPart[GreenhousePerson] = None


class GreenhousePlace(VendorPayload):
    """A department or an office."""

    name: LenientText = None


class GreenhouseTeam(VendorPayload):
    """The hiring team of a job."""

    hiring_managers: LenientList[GreenhousePerson] = ()
    recruiters: LenientList[GreenhousePerson] = ()


class GreenhouseJob(VendorPayload):
    """求人."""

    id: Key
    name: LenientText = None
    requisition_id: OptionalKey = None
    status: StrictText = None
    created_at: Instant = None
    opened_at: Instant = None
    closed_at: Instant = None
    departments: LenientList[GreenhousePlace | None] = ()
    offices: LenientList[GreenhousePlace | None] = ()
    hiring_team: LenientPart[GreenhouseTeam] = None
    openings: LenientList[object] = ()


class GreenhouseOpening(VendorPayload):
    """The opening that was filled."""

    opening_id: OptionalKey = None


class GreenhouseOffer(VendorPayload):
    """内定, as sent by offer events and nested in the hire event; field names differ between the two."""

    id: Key
    application_id: OptionalKey = None
    job_id: OptionalKey = None
    version: Number = None
    offer_status: StrictText = None
    created_at: Instant = None
    sent_on: Day = None
    sent_at: Day = None
    resolved_at: Instant = None
    start_date: Day = None
    starts_at: Day = None


class GreenhouseApplication(VendorPayload):
    """応募, with everything that Greenhouse repeats in each event."""

    id: Key
    prospect: Flag = None
    applied_at: Instant = None
    rejected_at: Instant = None
    last_activity_at: Instant = None
    source: LenientPart[GreenhouseSource] = None
    rejection_reason: StrictPart[GreenhouseRejectionReason] = None
    current_stage: LenientPart[GreenhouseCurrentStage] = None
    candidate: LenientPart[GreenhouseCandidate] = None
    candidate_id: OptionalKey = None
    jobs: LenientList[GreenhouseJob] = ()
    job: LenientPart[GreenhouseJob] = None
    opening: LenientPart[GreenhouseOpening] = None
    offer: LenientPart[GreenhouseOffer] = None


class GreenhousePost(VendorPayload):
    """A job post; a prospect post has no `job_id`."""

    id: Key
    job_id: OptionalKey = None
    live: Flag = None
    updated_at: Instant = None


class GreenhouseDeleted(VendorPayload):
    """A deleted interview or scorecard; the documentation shows no application with it."""

    id: Key
    application_id: OptionalKey = None
    interviewer: LenientPart[GreenhousePerson] = None
    updated_at: Instant = None


class GreenhouseRemoved(VendorPayload):
    """A candidate who was deleted or merged into another."""

    id: Key
    new_candidate_id: OptionalKey = None
    deleted_application_ids: LenientList[Key] = ()


class GreenhousePayload(VendorPayload):
    """The payload of the action; which fields are present depends on the action."""

    application: StrictPart[GreenhouseApplication] = None
    candidate: StrictPart[GreenhouseCandidate] = None
    job: StrictPart[GreenhouseJob] = None
    job_post: StrictPart[GreenhousePost] = None
    offer: StrictPart[GreenhouseOffer] = None
    interview: StrictPart[GreenhouseDeleted] = None
    scorecard: StrictPart[GreenhouseDeleted] = None
    person: StrictPart[GreenhouseRemoved] = None
    candidate_id: OptionalKey = None
    new_candidate_id: OptionalKey = None
    application_id: OptionalKey = None
    anonymized_fields: LenientList[LenientText] = ()


class GreenhouseWebhook(VendorPayload):
    """The whole delivery; a flat `payload` is read again as the action's own model."""

    action: Annotated[str, Field(max_length=100)]
    payload: Annotated[
        GreenhousePayload, BeforeValidator(lambda value: {} if value in (None, []) else value)
    ] = GreenhousePayload()

    @model_validator(mode="before")
    @classmethod
    def drop_ping_content(cls, value: object) -> object:
        """Drop the undocumented content of a ping; floats stay, so that a number that is not valid JSON is refused."""
        if isinstance(value, dict) and value.get("action") == PING:
            bare = {name: number for name, number in value.items() if isinstance(number, float)}
            return {**bare, "action": PING}
        return value


class GreenhouseFlatOffer(VendorPayload):
    """`offer_created`, `offer_approved` and `offer_updated` carry the offer as the payload itself."""

    payload: GreenhouseOffer


class GreenhouseFlatPost(VendorPayload):
    """`job_post_created` and `job_post_updated` carry the post as the payload itself."""

    payload: GreenhousePost
