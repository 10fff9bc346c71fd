"""The fields of Greenhouse's webhooks that we read, as they really arrive: null, absent, `[]` for an empty map.

Every field that a vendor example leaves out somewhere is optional here; what an event cannot do without is asked for
where that event is translated.
"""

from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

LONGEST_ID, LONGEST_TEXT = 150, 500


def _identity(value: object) -> object:
    """Ids come as numbers and as text; nothing else is an id."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value.strip() if isinstance(value, str) else value


def _absent(value: object) -> object:
    """What Greenhouse writes for nothing."""
    return None if value in ([], {}, "") else value


def _identity_or_absent(value: object) -> object:
    return _absent(_identity(value))


def _words(value: object) -> object:
    """Free text, numbers included, cut to what an event may carry."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(value)
    return _absent(value[:LONGEST_TEXT].strip() if isinstance(value, str) else value)


def _moment(value: object) -> object:
    """An instant; one without a zone is UTC, as all of Greenhouse's are."""
    if not isinstance(value, str) or not value.strip():
        return _absent(value)
    moment = datetime.fromisoformat(value.strip())
    _within_reason(moment.date())
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _day(value: object) -> object:
    """A day: `MM/DD/YYYY` in offer events, `YYYY-MM-DD` elsewhere, sometimes with a time behind it."""
    if not isinstance(value, str) or not value.strip():
        return _absent(value)
    text = value.strip()
    if "/" in text:
        month, of_month, year = text.split("/")
        return _within_reason(date(int(year), int(month), int(of_month)))
    return _within_reason(datetime.fromisoformat(text).date())


def _within_reason(day: date) -> date:
    """The day, unless it is a decoding mistake."""
    if not 1990 <= day.year < 2100:
        msg = "outside the years 1990 to 2099"
        raise ValueError(msg)
    return day


def _number(value: object) -> object:
    """A whole number, which may come as text or as `2.0`."""
    value = _absent(value)
    return value.strip().removesuffix(".0") if isinstance(value, str) else value


def _entries(value: object) -> object:
    """A list; null and an empty map are empty lists."""
    return value if isinstance(value, list) else [] if value in (None, {}, "") else value


Key = Annotated[str, BeforeValidator(_identity), Field(min_length=1, max_length=LONGEST_ID)]
MaybeKey = Annotated[
    Annotated[str, Field(max_length=LONGEST_ID)] | None, BeforeValidator(_identity_or_absent)
]
Words = Annotated[str | None, BeforeValidator(_words)]
Moment = Annotated[datetime | None, BeforeValidator(_moment)]
Day = Annotated[date | None, BeforeValidator(_day)]
Count = Annotated[int, Field(ge=0, le=2**31)]
Number = Annotated[Count | None, BeforeValidator(_number)]
Absent = BeforeValidator(_absent)
Entries = BeforeValidator(_entries)


class Read(BaseModel):
    """A part of the vendor's body; what we do not read we do not hold, and so never pass on."""

    model_config = ConfigDict(extra="ignore", frozen=True)


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
    status: Words = None
    interviewers: Annotated[tuple[Person, ...], Entries] = ()


class CurrentStage(Read):
    """Where the application is; there is no previous stage and no order."""

    id: Key
    name: Words = None
    interviews: Annotated[tuple[InterviewStep, ...], Entries] = ()


class ReasonType(Read):
    """Who turned whom down, by name: the ids differ between organisations."""

    id: MaybeKey = None
    name: Words = None


class RejectionReason(Read):
    """Why it was rejected."""

    id: MaybeKey = None
    name: Words = None
    type: Annotated[ReasonType | None, Absent] = None


class Candidate(Read):
    """The person, without anything personal."""

    id: MaybeKey = None
    recruiter: Annotated[Person | None, Absent] = None
    coordinator: Annotated[Person | None, Absent] = None


class Place(Read):
    """A department or an office."""

    name: Words = None


class Team(Read):
    """The hiring team of a job."""

    hiring_managers: Annotated[tuple[Person, ...], Entries] = ()
    recruiters: Annotated[tuple[Person, ...], Entries] = ()


class Job(Read):
    """求人."""

    id: Key
    name: Words = None
    requisition_id: MaybeKey = None
    status: Words = None
    created_at: Moment = None
    opened_at: Moment = None
    closed_at: Moment = None
    departments: Annotated[tuple[Place | None, ...], Entries] = ()
    offices: Annotated[tuple[Place | None, ...], Entries] = ()
    hiring_team: Annotated[Team | None, Absent] = None
    openings: Annotated[tuple[object, ...], Entries] = ()


class Opening(Read):
    """The seat that was filled."""

    opening_id: MaybeKey = None


class Offer(Read):
    """内定, as offer events send it and as the hire event nests it; the field names differ between the two."""

    id: Key
    application_id: MaybeKey = None
    job_id: MaybeKey = None
    version: Number = None
    offer_status: Words = None
    created_at: Moment = None
    sent_on: Day = None
    sent_at: Day = None
    resolved_at: Moment = None
    start_date: Day = None
    starts_at: Day = None


class Application(Read):
    """応募, with everything that Greenhouse repeats about it."""

    id: Key
    prospect: bool | None = None
    applied_at: Moment = None
    rejected_at: Moment = None
    last_activity_at: Moment = None
    source: Annotated[Source | None, Absent] = None
    rejection_reason: Annotated[RejectionReason | None, Absent] = None
    current_stage: Annotated[CurrentStage | None, Absent] = None
    candidate: Annotated[Candidate | None, Absent] = None
    candidate_id: MaybeKey = None
    jobs: Annotated[tuple[Job, ...], Entries] = ()
    job: Annotated[Job | None, Absent] = None
    opening: Annotated[Opening | None, Absent] = None
    offer: Annotated[Offer | None, Absent] = None


class Post(Read):
    """A job post; without `job_id` it is a prospect post."""

    id: Key
    job_id: MaybeKey = None
    live: bool | None = None
    updated_at: Moment = None


class Deleted(Read):
    """An interview or a scorecard that is gone; the documentation shows no application beside it."""

    id: Key
    application_id: MaybeKey = None
    interviewer: Annotated[Person | None, Absent] = None
    updated_at: Moment = None


class Removed(Read):
    """A person who was deleted or merged into another."""

    id: Key
    new_candidate_id: MaybeKey = None
    deleted_application_ids: Annotated[tuple[Key, ...], Entries] = ()


class Payload(Read):
    """Whichever of these the action carries."""

    application: Annotated[Application | None, Absent] = None
    candidate: Annotated[Candidate | None, Absent] = None
    job: Annotated[Job | None, Absent] = None
    job_post: Annotated[Post | None, Absent] = None
    offer: Annotated[Offer | None, Absent] = None
    interview: Annotated[Deleted | None, Absent] = None
    scorecard: Annotated[Deleted | None, Absent] = None
    person: Annotated[Removed | None, Absent] = None
    candidate_id: MaybeKey = None
    new_candidate_id: MaybeKey = None
    application_id: MaybeKey = None
    anonymized_fields: Annotated[tuple[Words, ...], Entries] = ()


class Body(Read):
    """The whole delivery; `payload` is read again as the action's own model where that is flat."""

    action: Annotated[str, Field(max_length=100)]
    payload: Annotated[
        Payload, BeforeValidator(lambda value: {} if value in (None, []) else value)
    ] = Payload()


class FlatOffer(Read):
    """`offer_created`, `offer_approved` and `offer_updated` carry the offer as the payload itself."""

    payload: Offer


class FlatPost(Read):
    """`job_post_created` and `job_post_updated` carry the post as the payload itself."""

    payload: Post
