"""The data of canonical events about applications, candidates, interviews, feedback and offers.

The type list and field names follow the project's canonical model; their envelope is `schemas.events.envelope`.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Id = Annotated[str, Field(min_length=1, max_length=200)]
Text = Annotated[str, Field(max_length=500)]
Minor = Annotated[int, Field(ge=-(2**53), le=2**53)]


class FrozenModel(BaseModel):
    """A frozen model; an unknown field is an error, because these models are ours."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Application(FrozenModel):
    """The application as of the event. A lead is a prospect, unless another event gives another kind.

    `applied_at` is when the candidate applied, never when we received the event.
    `active` comes from vendors that send snapshots: true undoes an earlier ending, None means unknown.
    `revision` is when the vendor last changed the snapshot: of two events at one instant the later revision wins.
    """

    id: Id
    candidate_id: Id | None = None
    referrer_candidate_id: Id | None = None
    job_id: Id | None = None
    job_name: Text | None = None
    requisition_id: Id | None = None
    opening_id: Id | None = None
    kind: Literal["application", "prospect", "pool", "lead"] | None = None
    applied_at: AwareDatetime | None = None
    active: bool | None = None
    revision: AwareDatetime | None = None


class Channel(FrozenModel):
    """媒体: where the application came from. `id` is the tenant's name for it, NFKC, inner spaces collapsed."""

    id: Id
    vendor_id: Id | None = None
    name: Text | None = None
    type: Text | None = None
    detail: Text | None = None
    campaign: Text | None = None
    is_paid: bool | None = None
    referrer_user_id: Id | None = None


class Actor(FrozenModel):
    """The user, system or candidate that caused the event."""

    user_id: Id | None = None
    role: Text | None = None
    kind: Literal["user", "system", "candidate", "automation"] = "user"


class Owners(FrozenModel):
    """The owners of the application as of the event, so that KPIs per owner survive reassignment."""

    recruiter_id: Id | None = None
    coordinator_id: Id | None = None
    sourcer_id: Id | None = None
    hiring_manager_ids: tuple[Id, ...] = ()
    agency_id: Id | None = None


class Dims(FrozenModel):
    """Descriptive dimensions of the job as of the event."""

    department: Text | None = None
    location: Text | None = None
    employment_type: Text | None = None
    level: Text | None = None


class Stage(FrozenModel):
    """A stage with the vendor's names; the worker maps it to a milestone by configuration."""

    id: Id
    name: Text | None = None
    order: int | None = None
    vendor_kind: Text | None = None


class Reason(FrozenModel):
    """Why an application ended, in the vendor's words."""

    id: Id | None = None
    name: Text | None = None
    category: Text | None = None
    factor: Text | None = None


class Interviewer(FrozenModel):
    """面接官 on one interview; a shadow observes and never counts, nor does one whose `response` is a refusal."""

    user_id: Id
    role: Literal["lead", "panel", "shadow"] = "panel"
    response: Text | None = None


class Score(FrozenModel):
    """One competency on a scorecard."""

    competency: Id
    value: float
    max: float | None = None


class ApplicationEventData(FrozenModel):
    """The fields that every event about an application repeats.

    `log_id` names the record of the vendor's own log that reported the event, if such records can be corrected: only the
    events of a record's latest revision count, and what they omit did not happen. `touches` are all channels that led
    to the application, in order, if the system knows more than one.
    """

    application: Application
    log_id: Id | None = None
    channel: Channel | None = None
    touches: tuple[Channel, ...] = ()
    actor: Actor | None = None
    owners: Owners | None = None
    dims: Dims | None = None


class Created(ApplicationEventData):
    """application.created: 応募."""

    stage: Stage | None = None
    posting_id: Id | None = None
    is_reapplication: bool | None = None
    prior_application_ids: tuple[Id, ...] = ()


class InterviewSchedule(FrozenModel):
    """All interviews of a schedule as of the event; one that was told of it and is not listed any more is cancelled."""

    id: Id
    interview_ids: tuple[Id, ...] = ()


class Updated(ApplicationEventData):
    """application.updated, .channel_changed, .owner_changed, .transferred: the new values are in the shared fields.

    `retracted`: the record of the vendor's log was withdrawn, and what it reported did not happen. `schedule` comes from
    vendors that report the interviews of a schedule as a list and say of none that it was cancelled.
    """

    stage: Stage | None = None
    previous: Id | None = None
    retracted: bool | None = None
    schedule: InterviewSchedule | None = None


class StageChanged(ApplicationEventData):
    """application.stage_changed. `from_known` is the source of the previous stage."""

    to_stage: Stage
    from_stage: Stage | None = None
    from_known: Literal["payload", "state", "api", "no"] = "no"
    entered_at: AwareDatetime | None = None
    left_at: AwareDatetime | None = None


class Ended(ApplicationEventData):
    """application.rejected 不採用, .withdrawn 辞退 and .closed: `party` ended it."""

    stage: Stage | None = None
    reason: Reason | None = None
    party: Literal["company", "candidate", "neither", "unknown"]
    by_user: Id | None = None
    note_present: bool | None = None


class Reopened(ApplicationEventData):
    """application.reopened: undoes the last ending."""

    stage: Stage | None = None
    reopened_event_id: Id | None = None


class Hired(ApplicationEventData):
    """application.hired 採用決定 and .unhired, which undoes it."""

    stage: Stage | None = None
    offer_id: Id | None = None
    start_date: date | None = None


class ApplicationDeleted(ApplicationEventData):
    """application.deleted: on its own, or because its candidate was deleted, which privacy law often requires."""

    cause: Literal["application", "candidate"] = "application"


class InterviewData(ApplicationEventData):
    """interview.scheduled, .rescheduled, .cancelled, .completed, .no_show, .deleted. `start` and `end` are instants.

    `round` (1 is the first interview) or `stage` says which interview it is, before the time does. `schedule_id` ties a
    cancelled interview to the one created in its place. A deleted interview never was.
    """

    interview_id: Id
    schedule_id: Id | None = None
    kind: Text | None = None
    round: int | None = None
    stage: Stage | None = None
    start: AwareDatetime | None = None
    end: AwareDatetime | None = None
    tz: Text | None = None
    interviewers: tuple[Interviewer, ...] = ()
    organizer_id: Id | None = None
    mode: Text | None = None


class Feedback(ApplicationEventData):
    """feedback.requested, .submitted, .updated, .deleted. `decision` is -2..+2, None if there is none."""

    feedback_id: Id
    interview_id: Id | None = None
    interviewer_id: Id | None = None
    submitted_by_id: Id | None = None
    decision: Annotated[int, Field(ge=-2, le=2)] | None = None
    decision_raw: Text | None = None
    scale_id: Id | None = None
    scores: tuple[Score, ...] = ()
    submitted_at: AwareDatetime | None = None
    due_at: AwareDatetime | None = None
    late_seconds: int | None = None


class OfferData(ApplicationEventData):
    """offer.*: 内定. `amount` is the first year's compensation in minor units of `currency` (ISO 4217)."""

    offer_id: Id
    version: int | None = None
    amount: Minor | None = None
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    sent_at: AwareDatetime | None = None
    resolved_at: AwareDatetime | None = None
    start_date: date | None = None
    decline_reason: Reason | None = None


class CandidateData(FrozenModel):
    """candidate.created, .updated, .deleted: `person` is a keyed hash, never an address."""

    candidate_id: Id
    person: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None


class Merged(FrozenModel):
    """candidate.merged: the loser's applications belong to the winner from now on."""

    from_id: Id
    into_id: Id


class Anonymized(FrozenModel):
    """candidate.anonymized: the names of the fields that were erased, never their values."""

    candidate_id: Id
    fields: tuple[Text, ...] = ()
