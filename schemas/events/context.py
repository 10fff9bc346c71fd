"""The data of canonical events on jobs, pipelines, costs, employment, surveys and relay."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from schemas.events.application import FrozenModel, Id, Minor, Stage, Text

CostScope = Literal["channel", "job", "agency", "hire", "company"]
CostKind = Literal["media", "agency_fee", "scout", "event", "tool", "internal_hours"]


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

    A correction is a higher `version` of the same `cost_id`. The amount is spread over the days `period_from` to
    `period_to`, both included; without them it falls on the day of the event.
    """

    cost_id: Id
    version: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    amount: Minor
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    scope: CostScope
    member: Id | None = None
    period_from: date | None = None
    period_to: date | None = None
    kind: CostKind


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
