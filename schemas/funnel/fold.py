"""Facts: what one application contributes to which cell, a pure function of the set of its events."""

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
from schemas.funnel.history import CONTEXT, JOBS, FunnelEvent, in_order, order, retracts
from schemas.funnel.rules import Rules
from schemas.funnel.state import DECIDED, EVERYWHERE, NAMED, SPENT, Change, Fact, State

# Changes whenever equal events may give other facts: numbers counted by another version need a replay.
VERSION = 4

# Attributes of an application, and those that its job may say too.
ATTRIBUTES = ("channel", "job", "nature", "detail", "touches")
PLACES = ("manager", "department", "location")

RESET_MS = 24 * 3_600_000  # an anonymisation is heard of within a day, retries included
OF_THEIR_OWN = (NAMED, SPENT)

Step = Callable[[State, FunnelEvent, Rules, list[Change]], None]


def nothing(_state: State, _event: FunnelEvent, _rules: Rules, _changes: list[Change]) -> None:
    """An event that is no step."""


STEPS: dict[str, Step] = {
    "application.created": stages.arrive,
    "application.updated": stages.arrive,
    "application.channel_changed": stages.arrive,
    "application.owner_changed": stages.arrive,
    "application.transferred": stages.arrive,
    "application.stage_changed": stages.arrive,
    "application.rejected": stages.end,
    "application.withdrawn": stages.end,
    "application.closed": stages.end,
    "application.hired": stages.end,
    "application.reopened": stages.reopen,
    "application.unhired": stages.reopen,
    "interview.scheduled": interviews.interview,
    "interview.rescheduled": interviews.interview,
    "interview.cancelled": interviews.interview,
    "interview.completed": interviews.interview,
    "interview.no_show": interviews.interview,
    "feedback.requested": scorecards.feedback,
    "feedback.submitted": scorecards.feedback,
    "feedback.updated": scorecards.feedback,
    "feedback.deleted": scorecards.feedback,
    "offer.created": offers.offer,
    "offer.approved": offers.offer,
    "offer.sent": offers.offer,
    "offer.accepted": offers.offer,
    "offer.declined": offers.offer,
    "offer.expired": offers.offer,
    "offer.revoked": offers.offer,
    "offer.superseded": offers.offer,
    "offer.deleted": offers.offer,
    "employment.started": employment.employ,
    "employment.confirmed": employment.employ,
    "employment.performance_rated": employment.employ,
    "employment.ended": employment.employ,
    "job.opened": requisition.follow,
    "job.updated": nothing,
    "job.paused": requisition.follow,
    "job.closed": requisition.follow,
    # What these change is decided over the whole history, before the fold starts.
    "application.deleted": nothing,
    "pipeline.remapped": nothing,
    "candidate.merged": nothing,
    "candidate.deleted": nothing,
    "candidate.anonymized": nothing,
}


def start(history: list[FunnelEvent], rules: Rules) -> State:
    """The state before the first event: attributes of the whole history, which must be in order.

    Of each attribute the last known value wins, so that a corrected channel or job moves all that was counted.
    """
    fate = candidate_events.fate(history, rules.deleted)
    state = State(silent=fate.silent, until=fate.until)
    for event in history:
        state.renamed.update(event.moves)
    own = [event for event in history if event.kind not in CONTEXT]
    state.earliest = min((e.applied for e in own if e.applied is not None), default=None)
    for event in own:
        state.silent |= event.test
        if _made_up(state, event):
            continue
        for name in ATTRIBUTES:
            if value := getattr(event, name):
                setattr(state, name, value)
        state.applied = state.applied if event.applied is None else event.applied
    _place(state, history)
    if state.nature in {"prospect", "pool"}:
        state.silent = True
    if own:
        state.cohort = rules.day(own[0].at if state.applied is None else state.applied)
    return state


def _place(state: State, history: list[FunnelEvent]) -> None:
    """Where the job is, as its own events and the application's say it, the last one known."""
    for event in history:
        if (event.kind in JOBS and event.job == state.job) or event.kind not in CONTEXT:
            for name in PLACES:
                if value := getattr(event, name):
                    setattr(state, name, value)


def _made_up(state: State, event: FunnelEvent) -> bool:
    """Whether a system made it up when it anonymised: it came after, or begins the application anew just before.

    The reset carries instants of shortly before the deletion is heard of; that it is no news is told by its day of
    application, which was another all the time.
    """
    if state.until is None:
        return False
    reset = state.until[0] - RESET_MS
    anew = event.applied is not None and event.applied > reset and event.at > reset
    return order(event) > state.until or (
        anew and state.earliest is not None and state.earliest <= reset
    )


def continues(state: State, event: FunnelEvent) -> bool:
    """Whether `step` may take the event: it is the latest, and it re-assigns nothing already counted."""
    return (
        state.last is not None
        and state.counted
        and order(event) > state.last
        and (event.channel is None or event.channel == state.channel)
        and (event.job is None or event.job == state.job)
        and (event.nature is None or event.nature == state.nature)
        and (event.applied is None or event.applied == state.applied)
        and not event.test
        and event.kind != "application.deleted"
        and event.kind not in CONTEXT
        and (event.log is None or (event.log not in state.logs and not retracts(event)))
        and (event.detail is None or event.detail == state.detail)
        and (event.department is None or event.department == state.department)
        and (event.location is None or event.location == state.location)
        and (event.manager is None or event.manager == state.manager)
        and (not event.touches or event.touches == state.touches)
    )


def step(state: State, event: FunnelEvent, rules: Rules) -> list[Change]:
    """Advance the fold by the next event in order, in place; return what changed."""
    changes: list[Change] = []
    state.last = order(event)
    if event.log is not None:
        state.logs.append(event.log)
    first = not state.counted and event.kind not in CONTEXT
    state.counted |= first
    if state.silent or _made_up(state, event):
        return changes
    state.recruiter = event.recruiter or state.recruiter
    if first:
        state.received = state.recruiter
        changes.append((1, ("applications", state.cohort, state.recruiter, (), EVERYWHERE)))
    if event.kind == "application.created" and event.number:
        state.emit(changes, [], "reapplications", state.cohort)
    STEPS[event.kind](state, event, rules, changes)
    return changes


def fold(history: Iterable[FunnelEvent], rules: Rules) -> tuple[State, list[Change]]:
    """The state and all changes of a history, whatever order and however often its events arrived."""
    arrived = list(history)
    events = in_order(arrived)
    if events and costs.is_spend(events[0]):
        return costs.fold(events, rules)
    state = start(events, rules)
    changes: list[Change] = []
    for event in events:
        changes.extend(step(state, event, rules))
    # Also of those left out: what arrives later of a record that is gone must not be counted.
    state.logs = sorted({event.log for event in arrived if event.log is not None})
    return state, changes


def home(state: State, fact: Fact) -> list[tuple[str, str]]:
    """The (dimension, member) pairs that one fact counts in, but for its interviewers.

    The dimensions that few tenants tell us are only counted where they are known; the rest is what the total has more.
    """
    recruiter, reach = fact[2], fact[4]
    if reach in OF_THEIR_OWN:
        return []
    pairs = [
        (TOTAL, ALL),
        (CHANNEL, state.channel or UNKNOWN),
        (RECRUITER, recruiter or UNKNOWN),
        (JOB, state.job or UNKNOWN),
    ]
    if reach >= 0:
        return pairs
    if state.detail is not None:
        pairs.append((SOURCE_DETAIL, state.detail))
    if state.manager is not None:
        pairs.append((HIRING_MANAGER, state.manager))
    if state.department is not None:
        pairs.append((DEPARTMENT, state.department))
    if state.location is not None:
        pairs.append((LOCATION, state.location))
    return pairs


def others(fact: Fact) -> list[tuple[str, str]]:
    """The pairs of its interviewers, or of the members that it names."""
    if fact[4] in OF_THEIR_OWN:
        return [(each.partition("/")[0], each.partition("/")[2]) for each in fact[3]]
    return [(INTERVIEWER, person) for person in fact[3]]


def days_of(state: State, fact: Fact) -> list[tuple[int, Basis]]:
    """The (day, basis) pairs that one fact counts on."""
    day, reach = fact[1], fact[4]
    if reach == DECIDED:
        return [(day, DECISION)]
    if reach >= 0:
        return [(reach, ENTRY)]
    return [(day, DECISION), (day if reach == SPENT else state.cohort, COHORT)]


def add(cells: Cells, tenant: str, state: State, changes: Iterable[Change], sign: int = 1) -> None:
    """Add changes to `cells`, each in all cells that it spreads to."""
    for n, fact in changes:
        days = days_of(state, fact)
        for dimension, member in (*home(state, fact), *others(fact)):
            for when, basis in days:
                tally = cells.setdefault(CellKey(tenant, dimension, member, when, basis), {})
                tally[fact[0]] = tally.get(fact[0], 0) + sign * n


def facts(history: Iterable[FunnelEvent], tenant: str, rules: Rules) -> Cells:
    """What the application contributes, zeros left out; equal for every order and repetition of the same events."""
    cells: Cells = {}
    state, changes = fold(history, rules)
    add(cells, tenant, state, changes)
    return {
        key: kept for key, tally in cells.items() if (kept := {m: n for m, n in tally.items() if n})
    }
