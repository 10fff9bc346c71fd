"""The data of canonical events on jobs, pipelines, costs, employment, surveys and relay."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from schemas.events.application import FrozenModel, Id, Minor, Stage, Text

CostScope = Literal["channel", "job", "agency", "hire", "company"]
# The cost factors of ANSI/SHRM 06001.2012 under the names that companies book them by.
CostKind = Literal[
    "media",
    "agency_fee",
    "scout",
    "event",
    "referral_bonus",
    "travel",
    "outsourcing",
    "assessment",
    "relocation",
    "signing_bonus",
    "tax",
    "tool",
    "internal_hours",
    "training",
    "overhead",
]


class JobData(FrozenModel):
    """job.opened, .updated, .paused, .closed, .deleted.

    `log_id` and `revision` correct the event as they correct those of applications; with `retracted` what an earlier
    revision reported did not happen.
    `requirements` is what the job requires from this event on, in words.
    """

    job_id: Id
    log_id: Id | None = None
    revision: AwareDatetime | None = None
    retracted: bool | None = None
    name: Text | None = None
    requisition_id: Id | None = None
    headcount: int | None = None
    target_date: date | None = None
    department: Text | None = None
    location: Text | None = None
    recruiter_ids: tuple[Id, ...] = ()
    hiring_manager_ids: tuple[Id, ...] = ()
    requirements: Text | None = None


# Why a company rejects, by mapping of its own reasons (`schemas/relay/factors.py`).
RejectionFactor = Literal[
    "skill", "years", "conditions", "motivation", "place", "culture", "competition", "filled"
]


class RequirementData(FrozenModel):
    """requirement.recorded: what a job requires from the local day `since` on, until the job's next version.

    `accepts` names the factor of rejections whose suggestion this version follows.
    """

    job_id: Id
    since: date
    text: Annotated[str, Field(min_length=1, max_length=500)]
    owner: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")] | None = None
    accepts: RejectionFactor | None = None


class OpeningData(FrozenModel):
    """opening.opened, .filled, .closed."""

    opening_id: Id
    job_id: Id | None = None
    target_date: date | None = None


class PostingData(FrozenModel):
    """posting.published, .unpublished."""

    posting_id: Id
    job_id: Id | None = None
    channel: Text | None = None


class PipelineStage(Stage):
    """One stage of a pipeline."""

    milestone: Text | None = None
    active: bool = True


class Pipeline(FrozenModel):
    """pipeline.defined: the stages of a job's pipeline."""

    pipeline_id: Id
    job_id: Id | None = None
    stages: tuple[PipelineStage, ...] = ()


class StageMove(FrozenModel):
    """One pair of old and new stage id of a remapping."""

    from_id: Id
    to_id: Id


class PipelineRemapped(FrozenModel):
    """pipeline.remapped: live applications changed stage id without a decision."""

    pipeline_id: Id
    job_id: Id | None = None
    moves: tuple[StageMove, ...]


class Cost(FrozenModel):
    """cost.recorded, .reversed: `amount` in minor units of `currency` (ISO 4217).

    A correction is a higher `version` of the same `cost_id`; a refund is an entry of its own, below 0. The amount is spread
    over the days `period_from` to `period_to`, both included; without them it falls on the day of the event.

    `member` of the scope hire is an application, whose history the event joins. From version 2 on such a cost names in
    `previous_member` the application of the version before; another scope does so if that version was of the scope
    hire. `moved_to` is set by Hirelay on the note that it leaves in the history of the cost itself: the application that
    the cost belongs to now.
    """

    cost_id: Id
    version: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    amount: Minor
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    scope: CostScope
    member: Id | None = None
    previous_member: Id | None = None
    moved_to: Id | None = None
    period_from: date | None = None
    period_to: date | None = None
    kind: CostKind

    @model_validator(mode="after")
    def _belongs_to_one_application(self) -> Self:
        """Refuse a cost of a hire whose application, now or before, is unknown: it could count twice."""
        if self.scope == "hire" and self.member is None:
            msg = "a cost of the scope hire names its application as member"
            raise ValueError(msg)
        if self.scope == "hire" and self.version > 1 and self.previous_member is None:
            msg = (
                "a corrected cost of the scope hire names the application before as previous_member"
            )
            raise ValueError(msg)
        return self


class Employment(FrozenModel):
    """employment.started, .start_cancelled, .confirmed, .performance_rated, .ended, .end_cancelled.

    A rating with the `rating_id` of an earlier one replaces it; without a `rating` it takes it back. Of events with one
    `log_id` the one with the latest `revision` counts; an `application.updated` with that id can retract them.
    """

    application_id: Id
    log_id: Id | None = None
    revision: AwareDatetime | None = None
    start: date | None = None
    rating: Annotated[float, Field(ge=-100, le=100)] | None = None
    rating_id: Id | None = None
    end: date | None = None
    end_reason: Text | None = None


class SurveyData(FrozenModel):
    """survey.submitted."""

    survey_id: Id
    kind: Literal["candidate_experience", "recruiter_evaluation"]
    score: float | None = None
    application_id: Id | None = None


RelayScope = Literal["candidate", "tenant"]


class RelayInvitation(FrozenModel):
    """relay.invited: a link of Career Relay (キャリアリレー) was issued, for one application or for the whole company.

    `token_id` is a digest of the link's token, as everywhere: whoever reads it cannot use the link.
    """

    invitation_id: Id
    token_id: Id
    scope: RelayScope = "candidate"
    application_id: Id | None = None
    expires_at: AwareDatetime | None = None

    @model_validator(mode="after")
    def _belongs_to_an_application(self) -> Self:
        """Refuse a candidate's link without an application, and a company-wide one with it."""
        if (self.scope == "candidate") != (self.application_id is not None):
            msg = "a link of the scope candidate names its application_id, one of the scope tenant has none"
            raise ValueError(msg)
        return self


class RelayClick(FrozenModel):
    """relay.clicked: a person opened a link."""

    token_id: Id


class RelayRegistration(FrozenModel):
    """relay.registered: a person registered with the relay service; `person` is a keyed hash, `device` an opaque id.

    `consent_id` names the consent that the service stores; a registration without one never counts.
    """

    registration_id: Id
    token_id: Id
    person: Annotated[str, Field(pattern=r"^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$")]
    consent_id: Id | None = None
    device: Id | None = None
    flags: tuple[Literal["employee", "self_referral", "bot", "test"], ...] = ()


class RelayConsentWithdrawal(FrozenModel):
    """relay.consent_withdrawn: the person of a registration withdrew the consent."""

    registration_id: Id


class RelaySlot(FrozenModel):
    """relay.slot_reserved, .slot_released, .slot_redeemed: what was done with the hiring slot of that number.

    A redemption names the application that was hired; `salary` is the first year's, in minor units of `currency`.
    """

    slot: Annotated[int, Field(ge=1, le=1_000_000)]
    job_id: Id | None = None
    application_id: Id | None = None
    salary: Annotated[int, Field(ge=0, le=2**53)] | None = None
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None


class RelayOffer(FrozenModel):
    """relay.candidate_offered: the service offers a candidate for a hiring slot, under an id that means nothing elsewhere."""

    slot: Annotated[int, Field(ge=1, le=1_000_000)]
    offer_id: Id
    job_id: Id | None = None


class Relay(FrozenModel):
    """relay.credit_granted, .credit_consumed, .credit_expired, .outcome: statements of the relay service; the ledger decides."""

    invitation_id: Id
    rejected_event_id: Id | None = None
    token_id: Id | None = None
    batch_no: int | None = None
    registered_count: int | None = None
    slot_value: Minor | None = None
    outcome: Text | None = None
