"""The data of canonical events on jobs, pipelines, costs, employment, surveys and relay."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

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
    """job.opened, .updated, .paused, .closed, .deleted."""

    job_id: Id
    name: Text | None = None
    requisition_id: Id | None = None
    headcount: int | None = None
    target_date: date | None = None
    department: Text | None = None
    location: Text | None = None
    recruiter_ids: tuple[Id, ...] = ()
    hiring_manager_ids: tuple[Id, ...] = ()


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

    A rating with the `rating_id` of an earlier one replaces it; without a `rating` it takes it back.
    """

    application_id: Id
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


class Relay(FrozenModel):
    """relay.*: Career Relay (キャリアリレー); a token id, never a name."""

    invitation_id: Id
    rejected_event_id: Id | None = None
    token_id: Id | None = None
    batch_no: int | None = None
    registered_count: int | None = None
    slot_value: Minor | None = None
    outcome: Text | None = None
