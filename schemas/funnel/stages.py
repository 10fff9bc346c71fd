"""How an application moves: stage visits, decisions, endings, and their undoing."""

from schemas.funnel import hires, pending_feedback
from schemas.funnel.first_response import respond
from schemas.funnel.history import FunnelEvent
from schemas.funnel.rules import Rules
from schemas.funnel.state import Change, State, Visit, retract
from schemas.tenants.milestones import RANK, UNMAPPED

MOVED = "application.stage_changed"
UNANSWERED = frozenset(
    {"lead", "applied", "screening", UNMAPPED}
)  # where applications wait by themselves
HIRED, HIRED_STAGE = "application.hired", "hired"
WITHDRAWN, CLOSED = "application.withdrawn", "application.closed"
# Which measure an ending adds, and which one it adds at the milestone it happened in.
ENDINGS = {
    "application.rejected": ("rejected", "failed"),
    WITHDRAWN: ("withdrawn", "withdrew"),
    CLOSED: ("closed", "closed"),
    HIRED: ("hired", "passed"),
}


def move(state: State, changes: list[Change], stage: str, milestone: str, day: int) -> None:
    """Enter `stage`: forward passes the milestone left, back takes back what was passed and entered since.

    A stage of the same milestone continues the visit; a skipped milestone is neither entered nor passed; an unmapped
    stage is counted as entered and decides nothing.
    """
    visits = state.visits
    if visits and visits[-1].stage == stage:
        return
    if milestone == UNMAPPED:
        _enter(state, changes, stage, milestone, day)
        return
    while visits and visits[-1].milestone == UNMAPPED:
        visits.pop()
    rank = RANK[milestone]
    while visits and RANK[visits[-1].milestone] > rank:
        gone = visits.pop()
        _return_to(changes, gone)
        retract(changes, gone.entered)
    if visits:
        _return_to(changes, visits[-1])
        if visits[-1].milestone == milestone:
            visits[-1].stage = stage
            return
        _pass(state, changes, visits[-1], day)
    _enter(state, changes, stage, milestone, day)


def _enter(state: State, changes: list[Change], stage: str, milestone: str, day: int) -> None:
    visit = Visit(stage, milestone, [], [], [], day)
    state.emit(changes, visit.entered, f"entered.{milestone}", day)
    state.visits.append(visit)


def _pass(state: State, changes: list[Change], visit: Visit, day: int) -> None:
    visit.passed = day
    state.emit(changes, visit.left, f"passed.{visit.milestone}", day, tuple(visit.people))
    _stayed(state, changes, visit.left, (visit, "passed", day))
    hires.offered_after(state, changes, visit)


def _stayed(
    state: State, changes: list[Change], into: list[Change], end: tuple[Visit, str, int]
) -> None:
    visit, outcome, day = end
    whose = (f"{visit.milestone}.{outcome}", (), visit.entered[0][1][2])
    state.last_for(changes, into, whose, (visit.since, day))


def _return_to(changes: list[Change], visit: Visit) -> None:
    if visit.passed is not None:
        visit.passed = None
        retract(changes, visit.left)
        retract(changes, visit.after)


def arrive(state: State, event: FunnelEvent, rules: Rules, changes: list[Change]) -> None:
    """Take the stage that the event names, if any; a move after an ending waits for a reopening.

    A snapshot that says the application is active is a reopening too: its vendor has no event for that. A stage that
    means hired is a hire, for vendors that have no event for that; moving back out of it takes the hire back.
    """
    if event.active and state.ended is not None and not state.implied:
        _resume(state, event, rules, changes)
    if event.stage is None or _renamed(state, event.stage):
        return
    milestone = _milestone(state, event, event.stage, rules)
    if state.implied and milestone not in {HIRED_STAGE, UNMAPPED}:
        _undo(state, changes)
    if state.ended is not None:
        state.parked = (event.stage, milestone)
        return
    day = rules.day(event.at)
    if not state.responded and _answers(state, event, milestone):
        respond(state, event, rules, changes)
    move(state, changes, event.stage, milestone, day)
    if milestone == HIRED_STAGE:
        _hire(state, changes, event, rules)
        state.implied = True
        pending_feedback.settle(state, changes, day)


def _answers(state: State, event: FunnelEvent, milestone: str) -> bool:
    """Whether the move is something the company did: from one stage to another, or at once beyond the first ones."""
    if state.visits:
        return state.visits[-1].stage != event.stage
    return event.kind == MOVED and milestone not in UNANSWERED


def end(state: State, event: FunnelEvent, rules: Rules, changes: list[Change]) -> None:
    """Reject, withdraw, close or hire; a second ending replaces the first, so that one application ends once.

    A hire that is told again says nothing new: it was decided when it was first told. Nor does, after a hire, a closing
    for a reason that nobody mapped: some vendors file hires under a reason too.
    """
    told = rules.ending(event)
    kind = told or event.kind
    if state.ended == HIRED and (kind == HIRED or (told is None and kind == CLOSED)):
        state.implied = state.implied and kind != HIRED
        return
    _undo(state, changes)
    arrive(state, event, rules, changes)
    day = rules.day(event.at)
    if state.implied and kind == HIRED:
        state.implied = False
        return
    _undo(state, changes)
    if kind != WITHDRAWN and not state.responded:
        respond(state, event, rules, changes)
    if kind == HIRED:
        _hire(state, changes, event, rules)
    else:
        whole = ENDINGS[kind][0]
        state.emit(changes, state.ending, whole, day)
        whose = (f"application.{whole}", (), state.received)
        state.last_for(changes, state.ending, whose, (state.cohort, day))
    if told is None:
        state.emit(changes, state.ending, "unmapped_reasons", day)
    _part(state, changes, kind, day)
    state.ended = kind
    pending_feedback.settle(state, changes, day)


def _part(state: State, changes: list[Change], kind: str, day: int) -> None:
    """What the ending says of the stage it happened in, and of the interviewers before it."""
    if state.visits:
        visit, outcome = state.visits[-1], ENDINGS[kind][1]
        people = tuple(visit.people)
        state.emit(changes, state.parting, f"{outcome}.{visit.milestone}", day, people)
        if visit.milestone != UNMAPPED:
            _stayed(state, changes, state.parting, (visit, outcome, day))
    if kind == WITHDRAWN:
        hires.withdrew(state, changes, day)


def reopen(state: State, event: FunnelEvent, rules: Rules, changes: list[Change]) -> None:
    """Undo a rejection, withdrawal or closing (`reopened`), or a hire (`unhired`); nothing to undo changes nothing."""
    hired = state.ended == HIRED
    if state.ended is None or hired != (event.kind == "application.unhired"):
        return
    _resume(state, event, rules, changes)
    arrive(state, event, rules, changes)


def _renamed(state: State, stage: str) -> bool:
    """Whether the application is where it was, in a pipeline that was exchanged: nobody decided anything."""
    if not state.renamed or not state.visits or state.ended is not None:
        return False
    visit = state.visits[-1]
    if stage not in _later_names(state.renamed, visit.stage):
        return False
    visit.stage = stage
    return True


def _later_names(renamed: dict[str, str], stage: str) -> list[str]:
    """What a stage was called after each exchange of the pipeline, in order; a circle ends where it closes."""
    names = [stage]
    while (name := renamed.get(names[-1])) is not None and name not in names:
        names.append(name)
    return names[1:]


def _milestone(state: State, event: FunnelEvent, stage: str, rules: Rules) -> str:
    """What the stage means; one that nobody mapped means what a stage meant that it took the place of."""
    found = rules.milestone(event.connection, stage, event.stage_name, event.stage_kind, event.at)
    if found != UNMAPPED or not state.renamed:
        return found
    before = (old for old in sorted(state.renamed) if stage in _later_names(state.renamed, old))
    meanings = (rules.milestone(event.connection, old, None, None, event.at) for old in before)
    return next((meaning for meaning in meanings if meaning != UNMAPPED), UNMAPPED)


def _hire(state: State, changes: list[Change], event: FunnelEvent, rules: Rules) -> None:
    hires.hire(state, changes, event.at, rules.day(event.at), rules.hire_value)
    state.ended = HIRED


def _resume(state: State, event: FunnelEvent, rules: Rules, changes: list[Change]) -> None:
    _undo(state, changes)
    if state.parked is not None and event.stage is None:
        move(state, changes, *state.parked, rules.day(event.at))
    state.parked = None


def _undo(state: State, changes: list[Change]) -> None:
    retract(changes, state.parting)
    retract(changes, state.ending)
    pending_feedback.settle(state, changes, None)
    state.ended, state.implied, state.decided = None, False, None
