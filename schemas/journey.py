"""How an application moves: stage visits, decisions, endings, and their undoing."""

from schemas.history import Happening
from schemas.milestones import RANK, UNMAPPED
from schemas.rules import Rules
from schemas.state import Change, State, Visit, take_back

# Which measure an ending adds, and which one it adds at the milestone it happened in.
ENDINGS = {
    "application.rejected": ("rejected", "failed"),
    "application.withdrawn": ("withdrawn", "withdrew"),
    "application.closed": ("closed", "closed"),
    "application.hired": ("hired", "passed"),
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
        take_back(changes, gone.left)
        take_back(changes, gone.entered)
    if visits:
        take_back(changes, visits[-1].left)
        if visits[-1].milestone == milestone:
            visits[-1].stage = stage
            return
        top = visits[-1]
        state.gain(changes, top.left, f"passed.{top.milestone}", day, tuple(top.people))
    _enter(state, changes, stage, milestone, day)


def _enter(state: State, changes: list[Change], stage: str, milestone: str, day: int) -> None:
    visit = Visit(stage, milestone, [], [], [])
    state.gain(changes, visit.entered, f"entered.{milestone}", day)
    state.visits.append(visit)


def arrive(state: State, event: Happening, rules: Rules, changes: list[Change]) -> None:
    """Take the stage that the event names, if any; a move after an ending waits for a reopening."""
    if event.stage is None:
        return
    milestone = rules.milestone(
        event.connection, event.stage, event.stage_name, event.stage_kind, event.at
    )
    if state.ended is not None:
        state.parked = (event.stage, milestone)
    else:
        move(state, changes, event.stage, milestone, rules.day(event.at))


def end(state: State, event: Happening, rules: Rules, changes: list[Change]) -> None:
    """Reject, withdraw, close or hire; a second ending replaces the first, so that one application ends once."""
    _undo(state, changes)
    arrive(state, event, rules, changes)
    day = rules.day(event.at)
    whole, at_stage = ENDINGS[event.kind]
    state.gain(changes, state.ending, whole, day)
    if state.visits:
        visit = state.visits[-1]
        state.gain(changes, state.ending, f"{at_stage}.{visit.milestone}", day, tuple(visit.people))
    if whole == "hired":
        state.gain(changes, state.ending, f"hire_days.{max(0, day - state.cohort)}", day)
    state.ended = event.kind


def reopen(state: State, event: Happening, rules: Rules, changes: list[Change]) -> None:
    """Undo a rejection, withdrawal or closing (`reopened`), or a hire (`unhired`); nothing to undo changes nothing."""
    hired = state.ended == "application.hired"
    if state.ended is None or hired != (event.kind == "application.unhired"):
        return
    _undo(state, changes)
    if state.parked is not None and event.stage is None:
        move(state, changes, *state.parked, rules.day(event.at))
    state.parked = None
    arrive(state, event, rules, changes)


def _undo(state: State, changes: list[Change]) -> None:
    take_back(changes, state.ending)
    state.ended = None
