"""The fold: what one application contributes to which cells, as a pure function of the set of its events."""

from collections.abc import Callable, Iterable
from typing import Any

from schemas.cells import (
    ALL,
    CHANNEL,
    COHORT,
    DECISION,
    DEPARTMENT,
    ENTRY,
    HIRING_MANAGER,
    INTERVIEWER,
    JOB,
    LOCATION,
    RECRUITER,
    SOURCE_DETAIL,
    TOTAL,
    UNKNOWN,
    Basis,
    CellKey,
    Cells,
)
from schemas.funnel import (
    costs,
    employment,
    interviews,
    offers,
    requisition,
    scorecards,
    stages,
)
from schemas.funnel.funnel_events import (
    AnonymizationEvent,
    ApplicationAttributes,
    ApplicationEvent,
    CandidateDeletionEvent,
    ContextEvent,
    CostEvent,
    DeletionEvent,
    EmploymentEvent,
    EndingEvent,
    FunnelEvent,
    InterviewEvent,
    JobEvent,
    MergeEvent,
    OfferEvent,
    PipelineEvent,
    ReopeningEvent,
    ScorecardEvent,
    UpdateEvent,
)
from schemas.funnel.history import order_key, ordered_history, retracts_log
from schemas.funnel.initial_state import initial_state, is_reset_artifact
from schemas.funnel.rules import Rules
from schemas.funnel.state import Change, FunnelFact, Scope, State

# Increase it whenever equal events may give other facts, or rows are encoded differently: numbers counted by another
# version, and the rows stored with them, need a replay.
VERSION = 5

MEMBER_SCOPES = frozenset({Scope.MEMBERS, Scope.COST})

Step = Callable[[State, Any, Rules, list[Change]], None]


def no_step(_state: State, _event: FunnelEvent, _rules: Rules, _changes: list[Change]) -> None:
    """Ignore an event that takes effect over the whole history, before the fold starts."""


# The step of each kind of record, which takes no other.
STEPS: dict[type[FunnelEvent], Step] = {
    UpdateEvent: stages.apply_stage,
    EndingEvent: stages.apply_ending,
    ReopeningEvent: stages.apply_reopening,
    DeletionEvent: no_step,
    InterviewEvent: interviews.apply_interview,
    ScorecardEvent: scorecards.apply_scorecard,
    OfferEvent: offers.apply_offer,
    EmploymentEvent: employment.apply_employment,
    JobEvent: requisition.apply_job_event,
    PipelineEvent: no_step,
    MergeEvent: no_step,
    CandidateDeletionEvent: no_step,
    AnonymizationEvent: no_step,
}


def can_step(state: State, event: FunnelEvent) -> bool:
    """Whether `step` can take the event: it is the latest and changes no attribute of what is already counted."""
    if (
        state.last_order is None
        or not state.counted
        or event.header.test
        or order_key(event) <= state.last_order
    ):
        return False
    if isinstance(event, ApplicationEvent):
        return (
            not isinstance(event, DeletionEvent)
            and (
                event.log_id is None
                or (event.log_id not in state.log_ids and not retracts_log(event))
            )
            and _changes_no_attribute(state, event.application)
        )
    return isinstance(event, EmploymentEvent)


def _changes_no_attribute(state: State, attributes: ApplicationAttributes) -> bool:
    new = attributes
    return (
        (new.channel is None or new.channel == state.channel)
        and (new.job is None or new.job == state.job)
        and (new.kind is None or new.kind == state.application_kind)
        and (new.applied_at is None or new.applied_at == state.applied_at)
        and (new.source_detail is None or new.source_detail == state.source_detail)
        and (new.department is None or new.department == state.department)
        and (new.location is None or new.location == state.location)
        and (new.hiring_manager is None or new.hiring_manager == state.hiring_manager)
        and (not new.touches or new.touches == state.touches)
    )


def step(state: State, event: FunnelEvent, rules: Rules) -> list[Change]:
    """Advance the state in place by the next event in order; return the changes."""
    changes: list[Change] = []
    state.last_order = order_key(event)
    if isinstance(event, ApplicationEvent) and event.log_id is not None:
        state.log_ids.append(event.log_id)
    first = not state.counted and not isinstance(event, ContextEvent)
    state.counted |= first
    if state.excluded or is_reset_artifact(state, event):
        return changes
    if isinstance(event, ApplicationEvent):
        state.recruiter = event.application.recruiter or state.recruiter
    if first:
        state.first_recruiter = state.recruiter
        state.emit(changes, [], "applications", state.cohort_day)
    if isinstance(event, UpdateEvent) and event.is_reapplication:
        state.emit(changes, [], "reapplications", state.cohort_day)
    STEPS[type(event)](state, event, rules, changes)
    return changes


def fold(history: Iterable[FunnelEvent], rules: Rules) -> tuple[State, list[Change]]:
    """The state and all changes of a history, independent of arrival order and duplicates."""
    arrived = list(history)
    events = ordered_history(arrived)
    cost_versions = [event for event in events if isinstance(event, CostEvent)]
    if cost_versions:
        return costs.fold_cost(cost_versions, rules)
    state = initial_state(events, rules)
    changes: list[Change] = []
    for event in events:
        changes.extend(step(state, event, rules))
    # Include events left out: a late entry of a withdrawn record must not count.
    logged = (event.log_id for event in arrived if isinstance(event, ApplicationEvent))
    state.log_ids = sorted({log_id for log_id in logged if log_id is not None})
    return state, changes


def application_members(state: State, fact: FunnelFact) -> list[tuple[str, str]]:
    """The (dimension, member) pairs that one fact counts in, without its interviewers.

    Dimensions that few tenants report count only where they are known, so their sum can be less than the total.
    """
    if fact.scope in MEMBER_SCOPES:
        return []
    pairs = [
        (TOTAL, ALL),
        (CHANNEL, state.channel or UNKNOWN),
        (RECRUITER, fact.recruiter or UNKNOWN),
        (JOB, state.job or UNKNOWN),
    ]
    if fact.scope is Scope.DURATION:
        return pairs
    if state.source_detail is not None:
        pairs.append((SOURCE_DETAIL, state.source_detail))
    if state.hiring_manager is not None:
        pairs.append((HIRING_MANAGER, state.hiring_manager))
    if state.department is not None:
        pairs.append((DEPARTMENT, state.department))
    if state.location is not None:
        pairs.append((LOCATION, state.location))
    return pairs


def fact_members(fact: FunnelFact) -> list[tuple[str, str]]:
    """The (dimension, member) pairs of the fact's interviewers, or of the members that it lists."""
    if fact.scope in MEMBER_SCOPES:
        return [(name.partition("/")[0], name.partition("/")[2]) for name in fact.members]
    return [(INTERVIEWER, interviewer) for interviewer in fact.members]


def fact_days(state: State, fact: FunnelFact) -> list[tuple[int, Basis]]:
    """The (day, basis) pairs that one fact counts on."""
    if fact.start_day is not None:
        return [(fact.start_day, ENTRY)]
    if fact.scope is Scope.DECISION_DAY:
        return [(fact.day, DECISION)]
    cohort_day = fact.day if fact.scope is Scope.COST else state.cohort_day
    return [(fact.day, DECISION), (cohort_day, COHORT)]


def add_changes(
    cells: Cells, tenant: str, state: State, changes: Iterable[Change], sign: int = 1
) -> None:
    """Add changes to `cells`, each to every cell in its scope."""
    for n, fact in changes:
        days = fact_days(state, fact)
        for dimension, member in (*application_members(state, fact), *fact_members(fact)):
            for day, basis in days:
                tally = cells.setdefault(CellKey(tenant, dimension, member, day, basis), {})
                tally[fact.measure] = tally.get(fact.measure, 0) + sign * n


def contribution(history: Iterable[FunnelEvent], tenant: str, rules: Rules) -> Cells:
    """The cells of one application without zeros; the same for every order and repetition of its events."""
    cells: Cells = {}
    state, changes = fold(history, rules)
    add_changes(cells, tenant, state, changes)
    return {
        key: nonzero
        for key, tally in cells.items()
        if (nonzero := {measure: n for measure, n in tally.items() if n})
    }
