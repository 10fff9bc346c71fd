"""The fold: what one application contributes to which cells, as a pure function of the set of its events."""

from collections.abc import Callable, Iterable

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
    candidate_events,
    costs,
    employment,
    interviews,
    offers,
    requisition,
    scorecards,
    stages,
)
from schemas.funnel.history import (
    CONTEXT_TYPES,
    JOB_TYPES,
    FunnelEvent,
    order_key,
    ordered_history,
    retracts_log,
)
from schemas.funnel.rules import Rules
from schemas.funnel.state import (
    ALL_DIMENSIONS,
    COST_MEMBERS,
    DECISION_DAY_ONLY,
    LISTED_MEMBERS,
    Change,
    Fact,
    State,
)

# Increase it whenever equal events may give other facts: numbers counted by another version need a replay.
VERSION = 4

# Attributes of an application, and those that events of its job may set too.
ATTRIBUTES = ("channel", "job", "application_kind", "source_detail", "touches")
JOB_ATTRIBUTES = ("hiring_manager", "department", "location")

RESET_MS = 24 * 3_600_000  # an anonymisation is reported within a day, retries included
MEMBER_REACHES = (LISTED_MEMBERS, COST_MEMBERS)

Step = Callable[[State, FunnelEvent, Rules, list[Change]], None]


def no_step(_state: State, _event: FunnelEvent, _rules: Rules, _changes: list[Change]) -> None:
    """Ignore an event that changes nothing in a step."""


STEPS: dict[str, Step] = {
    "application.created": stages.apply_stage,
    "application.updated": stages.apply_stage,
    "application.channel_changed": stages.apply_stage,
    "application.owner_changed": stages.apply_stage,
    "application.transferred": stages.apply_stage,
    "application.stage_changed": stages.apply_stage,
    "application.rejected": stages.apply_ending,
    "application.withdrawn": stages.apply_ending,
    "application.closed": stages.apply_ending,
    "application.hired": stages.apply_ending,
    "application.reopened": stages.apply_reopening,
    "application.unhired": stages.apply_reopening,
    "interview.scheduled": interviews.apply_interview,
    "interview.rescheduled": interviews.apply_interview,
    "interview.cancelled": interviews.apply_interview,
    "interview.completed": interviews.apply_interview,
    "interview.no_show": interviews.apply_interview,
    "feedback.requested": scorecards.apply_scorecard,
    "feedback.submitted": scorecards.apply_scorecard,
    "feedback.updated": scorecards.apply_scorecard,
    "feedback.deleted": scorecards.apply_scorecard,
    "offer.created": offers.apply_offer,
    "offer.approved": offers.apply_offer,
    "offer.sent": offers.apply_offer,
    "offer.accepted": offers.apply_offer,
    "offer.declined": offers.apply_offer,
    "offer.expired": offers.apply_offer,
    "offer.revoked": offers.apply_offer,
    "offer.superseded": offers.apply_offer,
    "offer.deleted": offers.apply_offer,
    "employment.started": employment.apply_employment,
    "employment.confirmed": employment.apply_employment,
    "employment.performance_rated": employment.apply_employment,
    "employment.ended": employment.apply_employment,
    "job.opened": requisition.apply_job_event,
    "job.updated": no_step,
    "job.paused": requisition.apply_job_event,
    "job.closed": requisition.apply_job_event,
    # These take effect over the whole history, before the fold starts.
    "application.deleted": no_step,
    "pipeline.remapped": no_step,
    "candidate.merged": no_step,
    "candidate.deleted": no_step,
    "candidate.anonymized": no_step,
}


def initial_state(history: list[FunnelEvent], rules: Rules) -> State:
    """The state before the first event, with attributes of the whole history, which must be in order.

    The last known value of each attribute wins, so that a corrected channel or job moves everything counted so far.
    """
    fate = candidate_events.candidate_fate(history, rules.deletion_policy)
    state = State(excluded=fate.excluded, cutoff=fate.cutoff)
    for event in history:
        state.renamed_stages.update(event.moves)
    own = [event for event in history if event.kind not in CONTEXT_TYPES]
    state.first_applied_at = min(
        (event.applied_at for event in own if event.applied_at is not None), default=None
    )
    for event in own:
        state.excluded |= event.test
        if _is_reset_artifact(state, event):
            continue
        for name in ATTRIBUTES:
            if value := getattr(event, name):
                setattr(state, name, value)
        state.applied_at = state.applied_at if event.applied_at is None else event.applied_at
    _set_job_attributes(state, history)
    if state.application_kind in {"prospect", "pool"}:
        state.excluded = True
    if own:
        state.cohort_day = rules.day(own[0].at if state.applied_at is None else state.applied_at)
    return state


def _set_job_attributes(state: State, history: list[FunnelEvent]) -> None:
    """Set the job's attributes from its own events and the application's; the last known value wins."""
    for event in history:
        if (event.kind in JOB_TYPES and event.job == state.job) or event.kind not in CONTEXT_TYPES:
            for name in JOB_ATTRIBUTES:
                if value := getattr(event, name):
                    setattr(state, name, value)


def _is_reset_artifact(state: State, event: FunnelEvent) -> bool:
    """Whether the event is an artifact of an anonymisation: it follows it, or restarts the application just before.

    The reset carries instants shortly before the deletion is reported. Its instant of application gives it away,
    because the application was made earlier.
    """
    if state.cutoff is None:
        return False
    since = state.cutoff[0] - RESET_MS
    restarts = event.applied_at is not None and event.applied_at > since and event.at > since
    return order_key(event) > state.cutoff or (
        restarts and state.first_applied_at is not None and state.first_applied_at <= since
    )


def can_step(state: State, event: FunnelEvent) -> bool:
    """Whether `step` can take the event: it is the latest and changes no attribute of what is already counted."""
    return (
        state.last_order is not None
        and state.counted
        and order_key(event) > state.last_order
        and (event.channel is None or event.channel == state.channel)
        and (event.job is None or event.job == state.job)
        and (event.application_kind is None or event.application_kind == state.application_kind)
        and (event.applied_at is None or event.applied_at == state.applied_at)
        and not event.test
        and event.kind != "application.deleted"
        and event.kind not in CONTEXT_TYPES
        and (
            event.log_id is None or (event.log_id not in state.log_ids and not retracts_log(event))
        )
        and (event.source_detail is None or event.source_detail == state.source_detail)
        and (event.department is None or event.department == state.department)
        and (event.location is None or event.location == state.location)
        and (event.hiring_manager is None or event.hiring_manager == state.hiring_manager)
        and (not event.touches or event.touches == state.touches)
    )


def step(state: State, event: FunnelEvent, rules: Rules) -> list[Change]:
    """Advance the state in place by the next event in order; return the changes."""
    changes: list[Change] = []
    state.last_order = order_key(event)
    if event.log_id is not None:
        state.log_ids.append(event.log_id)
    first = not state.counted and event.kind not in CONTEXT_TYPES
    state.counted |= first
    if state.excluded or _is_reset_artifact(state, event):
        return changes
    state.recruiter = event.recruiter or state.recruiter
    if first:
        state.first_recruiter = state.recruiter
        changes.append((1, ("applications", state.cohort_day, state.recruiter, (), ALL_DIMENSIONS)))
    if event.kind == "application.created" and event.number:
        state.emit(changes, [], "reapplications", state.cohort_day)
    STEPS[event.kind](state, event, rules, changes)
    return changes


def fold(history: Iterable[FunnelEvent], rules: Rules) -> tuple[State, list[Change]]:
    """The state and all changes of a history, independent of arrival order and duplicates."""
    arrived = list(history)
    events = ordered_history(arrived)
    if events and costs.is_cost(events[0]):
        return costs.fold_cost(events, rules)
    state = initial_state(events, rules)
    changes: list[Change] = []
    for event in events:
        changes.extend(step(state, event, rules))
    # Include events left out: a late entry of a withdrawn record must not count.
    state.log_ids = sorted({event.log_id for event in arrived if event.log_id is not None})
    return state, changes


def application_members(state: State, fact: Fact) -> list[tuple[str, str]]:
    """The (dimension, member) pairs that one fact counts in, without its interviewers.

    Dimensions that few tenants report count only where they are known, so their sum can be less than the total.
    """
    recruiter, reach = fact[2], fact[4]
    if reach in MEMBER_REACHES:
        return []
    pairs = [
        (TOTAL, ALL),
        (CHANNEL, state.channel or UNKNOWN),
        (RECRUITER, recruiter or UNKNOWN),
        (JOB, state.job or UNKNOWN),
    ]
    if reach >= 0:
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


def fact_members(fact: Fact) -> list[tuple[str, str]]:
    """The (dimension, member) pairs of the fact's interviewers, or of the members that it lists."""
    if fact[4] in MEMBER_REACHES:
        return [(name.partition("/")[0], name.partition("/")[2]) for name in fact[3]]
    return [(INTERVIEWER, interviewer) for interviewer in fact[3]]


def fact_days(state: State, fact: Fact) -> list[tuple[int, Basis]]:
    """The (day, basis) pairs that one fact counts on."""
    day, reach = fact[1], fact[4]
    if reach == DECISION_DAY_ONLY:
        return [(day, DECISION)]
    if reach >= 0:
        return [(reach, ENTRY)]
    return [(day, DECISION), (day if reach == COST_MEMBERS else state.cohort_day, COHORT)]


def add_changes(
    cells: Cells, tenant: str, state: State, changes: Iterable[Change], sign: int = 1
) -> None:
    """Add changes to `cells`, each to every cell in its reach."""
    for n, fact in changes:
        days = fact_days(state, fact)
        for dimension, member in (*application_members(state, fact), *fact_members(fact)):
            for day, basis in days:
                tally = cells.setdefault(CellKey(tenant, dimension, member, day, basis), {})
                tally[fact[0]] = tally.get(fact[0], 0) + sign * n


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
