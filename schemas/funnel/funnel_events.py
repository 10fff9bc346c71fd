"""The records of an application's history: one small struct per kind of event, as compact as the fold needs it.

A record is an array in msgpack that begins with its tag. Optional fields are None, or empty, if the event did not say.
"""

import msgspec


class EventHeader(msgspec.Struct, array_like=True, gc=False, kw_only=True):
    """What every record has.

    `at` is when the event happened, `revision` when its vendor last changed the snapshot that reports it (0 if unknown),
    both in milliseconds since 1970 UTC. `kind` is the short type, `id` 16 bytes. `offset` and `index` are where in the
    source partition the event was first accepted. A `test` event counts nowhere. `sequence` orders events of one instant;
    equal lengths make integers sort by value. `by_person` is false for what automation, a system or the candidate did.
    `imported` events come from a table of what happened before, in whatever order. Of an `undated` one nobody knows when
    it happened: it counts on the day of `at`, and no duration begins or ends with it.
    """

    at: int
    kind: str
    id: bytes
    offset: int = -1
    index: int = 0
    connection: str = ""
    test: bool = False
    revision: int = 0
    sequence: str = ""
    by_person: bool = True
    imported: bool = False
    undated: bool = False


class ApplicationAttributes(msgspec.Struct, array_like=True, gc=False, kw_only=True):
    """The application as of one event.

    `applied_at` is in milliseconds since 1970 UTC, `touches` are channels in order. `active` comes from vendors that send
    snapshots: true undoes an earlier ending.
    """

    kind: str | None = None
    applied_at: int | None = None
    candidate: str | None = None
    job: str | None = None
    channel: str | None = None
    source_detail: str | None = None
    touches: tuple[str, ...] = ()
    recruiter: str | None = None
    hiring_managers: tuple[str, ...] = ()
    department: str | None = None
    location: str | None = None
    active: bool | None = None
    opening: str | None = None


class VendorStage(msgspec.Struct, array_like=True, frozen=True, gc=False, kw_only=True):
    """A stage in the vendor's words; `order` is its place in the process, earliest first."""

    id: str
    name: str | None = None
    kind: str | None = None
    order: int | None = None


class ScheduleSnapshot(msgspec.Struct, array_like=True, frozen=True, gc=False, kw_only=True):
    """All interviews of one schedule as of one event; those told of it before and not listed are cancelled."""

    id: str
    interview_ids: tuple[str, ...] = ()


class FunnelEvent(msgspec.Struct, array_like=True, gc=False, kw_only=True):
    """Any record; the base of all kinds."""

    header: EventHeader


class ApplicationEvent(FunnelEvent, array_like=True, gc=False, kw_only=True):
    """An event about one application; `log_id` is the record of the vendor's log that reported it."""

    application: ApplicationAttributes
    log_id: str | None = None


class StageEvent(ApplicationEvent, array_like=True, gc=False, kw_only=True):
    """An application with the stage that it is in."""

    stage: VendorStage | None = None


class UpdateEvent(StageEvent, tag="update", array_like=True, gc=False, kw_only=True):
    """Created, moved or changed. `is_reapplication` is set on a creation, `from_stage` may be set on a move.

    `retracts_log` is set on an update that withdraws the log record `log_id`, `schedule` on one that lists interviews.
    """

    is_reapplication: bool = False
    retracts_log: bool = False
    from_stage: VendorStage | None = None
    schedule: ScheduleSnapshot | None = None


class EndingEvent(StageEvent, tag="ending", array_like=True, gc=False, kw_only=True):
    """Rejected, withdrawn, closed or hired: who ended it, and the vendor's id and name of the reason.

    `start_day` is the planned local day of joining, which only a hire has.
    """

    party: str | None = None
    reason: str | None = None
    reason_name: str | None = None
    start_day: int | None = None


class ReopeningEvent(StageEvent, tag="reopening", array_like=True, gc=False, kw_only=True):
    """Reopened after a rejection, withdrawal or closing, or unhired."""


class DeletionEvent(ApplicationEvent, tag="deletion", array_like=True, gc=False, kw_only=True):
    """The application was deleted, on its own or together with its candidate."""

    with_candidate: bool = False


class InterviewEvent(ApplicationEvent, tag="interview", array_like=True, gc=False, kw_only=True):
    """An interview; it starts and ends in milliseconds since 1970 UTC.

    `interviewers` are those who take part, without shadows and those who declined; None if the event names nobody.
    `round` counts interviews from 1, `stage` is the one it belongs to, `schedule_id` ties it to those it replaces.
    """

    interview_id: str
    interviewers: tuple[str, ...] | None = None
    starts_at: int | None = None
    ends_at: int | None = None
    shadows: tuple[str, ...] = ()
    schedule_id: str | None = None
    round: int | None = None
    stage: VendorStage | None = None


class ScorecardEvent(ApplicationEvent, tag="scorecard", array_like=True, gc=False, kw_only=True):
    """A scorecard; `decision` is -2..+2, None if there is none; `submitted_at` is in milliseconds since 1970 UTC."""

    scorecard_id: str
    interview_id: str | None = None
    author: str | None = None
    decision: int | None = None
    submitted_at: int | None = None


class OfferEvent(ApplicationEvent, tag="offer", array_like=True, gc=False, kw_only=True):
    """An offer; `amount` is the first year's compensation in minor units of `currency`."""

    offer_id: str
    version: int | None = None
    amount: int | None = None
    currency: str | None = None


class EmploymentEvent(FunnelEvent, tag="employment", array_like=True, gc=False, kw_only=True):
    """Employment after a hire: the local day (since 1970) on which it starts or ends, and a rating in tenths.

    A later rating of the same `rating_id` replaces it; `log_id` is the record of a log that reported it.
    """

    day: int | None = None
    rating_tenths: int | None = None
    rating_id: str | None = None
    log_id: str | None = None


class CostEvent(FunnelEvent, tag="cost", array_like=True, gc=False, kw_only=True):
    """One version of a cost entry: `amount` minor units of `currency`, spread over two local days and those between.

    `cost_id` is the sender's. With the `scope` hire the event belongs to an application's history, whose channel and
    job it counts in. `previous_member` is the application that the version before belonged to; `moved_to`, in the
    history of the cost itself, the one that it belongs to from this version on.
    """

    cost_id: str = ""
    scope: str = "company"
    previous_member: str | None = None
    moved_to: str | None = None
    version: int | None = None
    amount: int | None = None
    currency: str | None = None
    cost_kind: str | None = None
    channel: str | None = None
    job: str | None = None
    first_day: int | None = None
    last_day: int | None = None


class ContextEvent(FunnelEvent, array_like=True, gc=False, kw_only=True):
    """An event about a candidate, a job or a pipeline: part of the history of every application that it reaches."""


class JobEvent(ContextEvent, tag="job", array_like=True, gc=False, kw_only=True):
    """A job was opened, updated, paused or closed; `retracts_log` withdraws the log record `log_id`."""

    job: str
    hiring_managers: tuple[str, ...] = ()
    department: str | None = None
    location: str | None = None
    log_id: str | None = None
    retracts_log: bool = False


# What the log of a vendor, or an import, can report and correct.
LoggedEvent = ApplicationEvent | EmploymentEvent | JobEvent


class OpeningEvent(ContextEvent, tag="opening", array_like=True, gc=False, kw_only=True):
    """A seat of a job was opened, filled or closed."""

    opening: str


class PipelineStageMeaning(msgspec.Struct, array_like=True, frozen=True, gc=False, kw_only=True):
    """What the definition of a pipeline says about one stage; `order` is its place, earliest first, if known."""

    id: str
    order: int | None = None
    name: str | None = None
    milestone: str | None = None


class PipelineDefinitionEvent(
    ContextEvent, tag="pipeline_definition", array_like=True, gc=False, kw_only=True
):
    """The stages of a job's pipeline, in its order."""

    job: str
    stages: tuple[PipelineStageMeaning, ...] = ()


class PipelineEvent(ContextEvent, tag="pipeline", array_like=True, gc=False, kw_only=True):
    """The pipeline of a job was replaced: pairs of old and new stage id."""

    job: str
    moves: tuple[tuple[str, str], ...] = ()


class MergeEvent(ContextEvent, tag="merge", array_like=True, gc=False, kw_only=True):
    """The applications of one candidate, the loser, belong to another from now on."""

    loser: str
    winner: str


class CandidateDeletionEvent(
    ContextEvent, tag="candidate_deletion", array_like=True, gc=False, kw_only=True
):
    """A candidate was deleted."""

    candidate: str


class AnonymizationEvent(
    ContextEvent, tag="anonymization", array_like=True, gc=False, kw_only=True
):
    """A candidate was anonymised; with `resets_stages` the vendor also resets the candidate's applications.

    With `erases_offers` it erases their offers, which it reports as deletions; they were made all the same.
    """

    candidate: str
    resets_stages: bool = False
    erases_offers: bool = False


StoredContextEvent = (
    JobEvent
    | OpeningEvent
    | PipelineDefinitionEvent
    | PipelineEvent
    | MergeEvent
    | CandidateDeletionEvent
    | AnonymizationEvent
)
# Every kind of record that is stored.
StoredEvent = (
    UpdateEvent
    | EndingEvent
    | ReopeningEvent
    | DeletionEvent
    | InterviewEvent
    | ScorecardEvent
    | OfferEvent
    | EmploymentEvent
    | CostEvent
    | StoredContextEvent
)
