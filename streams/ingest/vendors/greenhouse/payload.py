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


class Source(Read):
    """媒体; the name is `name` in some events and `public_name` in others."""

    id: MaybeKey = None
    name: Words = None
    public_name: Words = None


class Person(Read):
    """A Greenhouse user: the id alone, never a name or an address."""

    id: MaybeKey = None
    user_id: MaybeKey = None


class InterviewStep(Read):
    """One interview of the current stage."""

    id: Key
    name: Words = None
    status: Word = None
    interviewers: Each[Person] = ()


class CurrentStage(Read):
    """Where the application is; there is no previous stage and no order."""

    id: Key
    name: Words = None
    interviews: Each[InterviewStep] = ()


class ReasonType(Read):
    """Who turned whom down, by name: the ids differ between organisations."""

    id: MaybeKey = None
    name: Word = None


class RejectionReason(Read):
    """Why it was rejected."""

    id: MaybeKey = None
    name: Words = None
    type: Whole[ReasonType] = None


class Candidate(Read):
    """The person, without anything personal."""

    id: MaybeKey = None
    recruiter: Part[Person] = None
    coordinator: Part[Person] = None


class Place(Read):
    """A department or an office."""

    name: Words = None


class Team(Read):
    """The hiring team of a job."""

    hiring_managers: Each[Person] = ()
    recruiters: Each[Person] = ()


class Job(Read):
    """求人."""

    id: Key
    name: Words = None
    requisition_id: MaybeKey = None
    status: Word = None
    created_at: Moment = None
    opened_at: Moment = None
    closed_at: Moment = None
    departments: Each[Place | None] = ()
    offices: Each[Place | None] = ()
    hiring_team: Part[Team] = None
    openings: Each[object] = ()


class Opening(Read):
    """The seat that was filled."""

    opening_id: MaybeKey = None


class Offer(Read):
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


class Application(Read):
    """応募, with everything that Greenhouse repeats about it."""

    id: Key
    prospect: Flag = None
    applied_at: Moment = None
    rejected_at: Moment = None
    last_activity_at: Moment = None
    source: Part[Source] = None
    rejection_reason: Whole[RejectionReason] = None
    current_stage: Part[CurrentStage] = None
    candidate: Part[Candidate] = None
    candidate_id: MaybeKey = None
    jobs: Each[Job] = ()
    job: Part[Job] = None
    opening: Part[Opening] = None
    offer: Part[Offer] = None


class Post(Read):
    """A job post; without `job_id` it is a prospect post."""

    id: Key
    job_id: MaybeKey = None
    live: Flag = None
    updated_at: Moment = None


class Deleted(Read):
    """An interview or a scorecard that is gone; the documentation shows no application beside it."""

    id: Key
    application_id: MaybeKey = None
    interviewer: Part[Person] = None
    updated_at: Moment = None


class Removed(Read):
    """A person who was deleted or merged into another."""

    id: Key
    new_candidate_id: MaybeKey = None
    deleted_application_ids: Each[Key] = ()


class Payload(Read):
    """Whichever of these the action carries."""

    application: Whole[Application] = None
    candidate: Whole[Candidate] = None
    job: Whole[Job] = None
    job_post: Whole[Post] = None
    offer: Whole[Offer] = None
    interview: Whole[Deleted] = None
    scorecard: Whole[Deleted] = None
    person: Whole[Removed] = None
    candidate_id: MaybeKey = None
    new_candidate_id: MaybeKey = None
    application_id: MaybeKey = None
    anonymized_fields: Each[Words] = ()


class Body(Read):
    """The whole delivery; `payload` is read again as the action's own model where that is flat."""

    action: Annotated[str, Field(max_length=100)]
    payload: Annotated[
        Payload, BeforeValidator(lambda value: {} if value in (None, []) else value)
    ] = Payload()

    @model_validator(mode="before")
    @classmethod
    def a_ping_says_nothing(cls, value: object) -> object:
        """Leave out what a ping carries, which is not documented; a number that is no JSON stays, and is refused."""
        if isinstance(value, dict) and value.get("action") == PING:
            bare = {name: each for name, each in value.items() if isinstance(each, float)}
            return {**bare, "action": PING}
        return value


class FlatOffer(Read):
    """`offer_created`, `offer_approved` and `offer_updated` carry the offer as the payload itself."""

    payload: Offer


class FlatPost(Read):
    """`job_post_created` and `job_post_updated` carry the post as the payload itself."""

    payload: Post
