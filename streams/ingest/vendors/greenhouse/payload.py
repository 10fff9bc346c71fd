"""The fields of Greenhouse's webhooks that we read, as they really arrive: null, absent, `[]` for an empty map.

Every field that a vendor example leaves out somewhere is optional here; what an event cannot do without is asked for
where that event is translated.
"""

from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from streams.ingest.lenient_fields import (
    Day,
    Each,
    Flag,
    Key,
    MaybeKey,
    Moment,
    Number,
    Part,
    Read,
    Whole,
    Word,
    Words,
)

PING = "ping"


class GreenhouseSource(Read):
    """媒体; the name is `name` in some events and `public_name` in others."""

    id: MaybeKey = None
    name: Words = None
    public_name: Words = None


class GreenhousePerson(Read):
    """A Greenhouse user: the id alone, never a name or an address."""

    id: MaybeKey = None
    user_id: MaybeKey = None


class GreenhouseInterviewStep(Read):
    """One interview of the current stage."""

    id: Key
    name: Words = None
    status: Word = None
    interviewers: Each[GreenhousePerson] = ()


class GreenhouseCurrentStage(Read):
    """Where the application is; there is no previous stage and no order."""

    id: Key
    name: Words = None
    interviews: Each[GreenhouseInterviewStep] = ()


class GreenhouseReasonType(Read):
    """Who turned whom down, by name: the ids differ between organisations."""

    id: MaybeKey = None
    name: Word = None


class GreenhouseRejectionReason(Read):
    """Why it was rejected."""

    id: MaybeKey = None
    name: Words = None
    type: Whole[GreenhouseReasonType] = None


class GreenhouseCandidate(Read):
    """The person, without anything personal."""

    id: MaybeKey = None
    recruiter: Part[GreenhousePerson] = None
    coordinator: Part[GreenhousePerson] = None


class GreenhousePlace(Read):
    """A department or an office."""

    name: Words = None


class GreenhouseTeam(Read):
    """The hiring team of a job."""

    hiring_managers: Each[GreenhousePerson] = ()
    recruiters: Each[GreenhousePerson] = ()


class GreenhouseJob(Read):
    """求人."""

    id: Key
    name: Words = None
    requisition_id: MaybeKey = None
    status: Word = None
    created_at: Moment = None
    opened_at: Moment = None
    closed_at: Moment = None
    departments: Each[GreenhousePlace | None] = ()
    offices: Each[GreenhousePlace | None] = ()
    hiring_team: Part[GreenhouseTeam] = None
    openings: Each[object] = ()


class GreenhouseOpening(Read):
    """The seat that was filled."""

    opening_id: MaybeKey = None


class GreenhouseOffer(Read):
    """内定, as offer events send it and as the hire event nests it; the field names differ between the two."""

    id: Key
    application_id: MaybeKey = None
    job_id: MaybeKey = None
    version: Number = None
    offer_status: Word = None
    created_at: Moment = None
    sent_on: Day = None
    sent_at: Day = None
    resolved_at: Moment = None
    start_date: Day = None
    starts_at: Day = None


class GreenhouseApplication(Read):
    """応募, with everything that Greenhouse repeats about it."""

    id: Key
    prospect: Flag = None
    applied_at: Moment = None
    rejected_at: Moment = None
    last_activity_at: Moment = None
    source: Part[GreenhouseSource] = None
    rejection_reason: Whole[GreenhouseRejectionReason] = None
    current_stage: Part[GreenhouseCurrentStage] = None
    candidate: Part[GreenhouseCandidate] = None
    candidate_id: MaybeKey = None
    jobs: Each[GreenhouseJob] = ()
    job: Part[GreenhouseJob] = None
    opening: Part[GreenhouseOpening] = None
    offer: Part[GreenhouseOffer] = None


class GreenhousePost(Read):
    """A job post; without `job_id` it is a prospect post."""

    id: Key
    job_id: MaybeKey = None
    live: Flag = None
    updated_at: Moment = None


class GreenhouseDeleted(Read):
    """An interview or a scorecard that is gone; the documentation shows no application beside it."""

    id: Key
    application_id: MaybeKey = None
    interviewer: Part[GreenhousePerson] = None
    updated_at: Moment = None


class GreenhouseRemoved(Read):
    """A person who was deleted or merged into another."""

    id: Key
    new_candidate_id: MaybeKey = None
    deleted_application_ids: Each[Key] = ()


class GreenhousePayload(Read):
    """Whichever of these the action carries."""

    application: Whole[GreenhouseApplication] = None
    candidate: Whole[GreenhouseCandidate] = None
    job: Whole[GreenhouseJob] = None
    job_post: Whole[GreenhousePost] = None
    offer: Whole[GreenhouseOffer] = None
    interview: Whole[GreenhouseDeleted] = None
    scorecard: Whole[GreenhouseDeleted] = None
    person: Whole[GreenhouseRemoved] = None
    candidate_id: MaybeKey = None
    new_candidate_id: MaybeKey = None
    application_id: MaybeKey = None
    anonymized_fields: Each[Words] = ()


class GreenhouseWebhook(Read):
    """The whole delivery; `payload` is read again as the action's own model where that is flat."""

    action: Annotated[str, Field(max_length=100)]
    payload: Annotated[
        GreenhousePayload, BeforeValidator(lambda value: {} if value in (None, []) else value)
    ] = GreenhousePayload()

    @model_validator(mode="before")
    @classmethod
    def a_ping_says_nothing(cls, value: object) -> object:
        """Leave out what a ping carries, which is not documented; a number that is no JSON stays, and is refused."""
        if isinstance(value, dict) and value.get("action") == PING:
            bare = {name: each for name, each in value.items() if isinstance(each, float)}
            return {**bare, "action": PING}
        return value


class GreenhouseFlatOffer(Read):
    """`offer_created`, `offer_approved` and `offer_updated` carry the offer as the payload itself."""

    payload: GreenhouseOffer


class GreenhouseFlatPost(Read):
    """`job_post_created` and `job_post_updated` carry the post as the payload itself."""

    payload: GreenhousePost
