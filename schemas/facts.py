"""Facts: what one application contributes to which cell, a pure function of the set of its events."""

from collections.abc import Callable, Iterable

from schemas import journey, meetings, people
from schemas.cells import (
    ALL,
    CHANNEL,
    COHORT,
    DECISION,
    INTERVIEWER,
    JOB,
    RECRUITER,
    TOTAL,
    UNKNOWN,
    CellKey,
    Cells,
)
from schemas.history import CONTEXT, Happening, in_order, order, retracts
from schemas.rules import Rules
from schemas.state import Change, Fact, State

# Changes whenever equal events may give other facts: numbers counted by another version need a replay.
VERSION = 2

Step = Callable[[State, Happening, Rules, list[Change]], None]


def nothing(_state: State, _event: Happening, _rules: Rules, _changes: list[Change]) -> None:
    """An event that is no step."""


STEPS: dict[str, Step] = {
    "application.created": journey.arrive,
    "application.updated": journey.arrive,
    "application.channel_changed": journey.arrive,
    "application.owner_changed": journey.arrive,
    "application.transferred": journey.arrive,
    "application.stage_changed": journey.arrive,
    "application.rejected": journey.end,
    "application.withdrawn": journey.end,
    "application.closed": journey.end,
    "application.hired": journey.end,
    "application.reopened": journey.reopen,
    "application.unhired": journey.reopen,
    "interview.scheduled": meetings.interview,
    "interview.rescheduled": meetings.interview,
    "interview.cancelled": meetings.interview,
    "interview.completed": meetings.interview,
    "interview.no_show": meetings.interview,
    "feedback.requested": meetings.feedback,
    "feedback.submitted": meetings.feedback,
    "feedback.updated": meetings.feedback,
    "feedback.deleted": meetings.feedback,
    "offer.created": meetings.offer,
    "offer.approved": meetings.offer,
    "offer.sent": meetings.offer,
    "offer.accepted": meetings.offer,
    "offer.declined": meetings.offer,
    "offer.expired": meetings.offer,
    "offer.revoked": meetings.offer,
    "offer.superseded": meetings.offer,
    "offer.deleted": meetings.offer,
    # What these change is decided over the whole history, before the fold starts.
    "application.deleted": nothing,
    "pipeline.remapped": nothing,
    "candidate.merged": nothing,
    "candidate.deleted": nothing,
    "candidate.anonymized": nothing,
}


def start(history: list[Happening], rules: Rules) -> State:
    """The state before the first event: attributes of the whole history, which must be in order.

    Of each attribute the last known value wins, so that a corrected channel or job moves all that was counted.
    """
    fate = people.fate(history, rules.deleted)
    state = State(silent=fate.silent, until=fate.until)
    for event in history:
        state.renamed.update(event.moves)
    own = [event for event in history if event.kind not in CONTEXT]
    for event in own:
        state.silent |= event.test
        if _made_up(state, event):
            continue
        state.channel = event.channel or state.channel
        state.job = event.job or state.job
        state.nature = event.nature or state.nature
        state.applied = state.applied if event.applied is None else event.applied
    if state.nature in {"prospect", "pool"}:
        state.silent = True
    if own:
        state.cohort = rules.day(own[0].at if state.applied is None else state.applied)
    return state


def _made_up(state: State, event: Happening) -> bool:
    return state.until is not None and order(event) > state.until


def continues(state: State, event: Happening) -> bool:
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
    )


def step(state: State, event: Happening, rules: Rules) -> list[Change]:
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
        changes.append((1, ("applications", state.cohort, state.recruiter, ())))
    STEPS[event.kind](state, event, rules, changes)
    return changes


def fold(history: Iterable[Happening], rules: Rules) -> tuple[State, list[Change]]:
    """The state and all changes of a history, whatever order and however often its events arrived."""
    arrived = list(history)
    events = in_order(arrived)
    state = start(events, rules)
    changes: list[Change] = []
    for event in events:
        changes.extend(step(state, event, rules))
    # Also of those left out: what arrives later of a record that is gone must not be counted.
    state.logs = sorted({event.log for event in arrived if event.log is not None})
    return state, changes


def spread(state: State, fact: Fact) -> list[tuple[str, str]]:
    """The (dimension, member) pairs that one fact counts in."""
    _, _, recruiter, people = fact
    pairs = [
        (TOTAL, ALL),
        (CHANNEL, state.channel or UNKNOWN),
        (RECRUITER, recruiter or UNKNOWN),
        (JOB, state.job or UNKNOWN),
    ]
    pairs.extend((INTERVIEWER, person) for person in people)
    return pairs


def add(cells: Cells, tenant: str, state: State, changes: Iterable[Change], sign: int = 1) -> None:
    """Add changes to `cells`, each on its own day (decision basis) and on the day of application (cohort basis)."""
    for n, fact in changes:
        measure, day, _, _ = fact
        for dimension, member in spread(state, fact):
            for when, basis in ((day, DECISION), (state.cohort, COHORT)):
                tally = cells.setdefault(CellKey(tenant, dimension, member, when, basis), {})
                tally[measure] = tally.get(measure, 0) + sign * n


def facts(history: Iterable[Happening], tenant: str, rules: Rules) -> Cells:
    """What the application contributes, zeros left out; equal for every order and repetition of the same events."""
    cells: Cells = {}
    state, changes = fold(history, rules)
    add(cells, tenant, state, changes)
    return {
        key: kept for key, tally in cells.items() if (kept := {m: n for m, n in tally.items() if n})
    }
