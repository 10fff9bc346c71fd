"""Stage visits, decisions and endings of one application, and how they are undone."""

from schemas.funnel import hires, pending_feedback
from schemas.funnel.first_response import emit_first_response
from schemas.funnel.funnel_events import EndingEvent, ReopeningEvent, StageEvent, VendorStage
from schemas.funnel.rules import Rules
from schemas.funnel.state import Change, State, Visit, retract
from schemas.tenants.milestones import RANK, UNMAPPED

STAGE_CHANGED = "application.stage_changed"
# Applications wait here without any action of the company.
INITIAL_MILESTONES = frozenset({"lead", "applied", "screening", UNMAPPED})
HIRED, HIRED_STAGE = "application.hired", "hired"
WITHDRAWN, CLOSED = "application.withdrawn", "application.closed"
# The measure of each ending, and the prefix of its measure at the milestone where it happened.
ENDINGS = {
    "application.rejected": ("rejected", "failed"),
    WITHDRAWN: ("withdrawn", "withdrew"),
    CLOSED: ("closed", "closed"),
    HIRED: ("hired", "passed"),
}


def move(state: State, changes: list[Change], stage: str, milestone: str, day: int) -> None:
    """Enter `stage`: a move forward passes the milestone left, a move back retracts later passes and entries.

    A stage of the same milestone continues the visit. A skipped milestone is neither entered nor passed. An unmapped
    stage counts as entered and decides nothing.
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
        undone = visits.pop()
        _retract_pass(changes, undone)
        retract(changes, undone.entry_changes)
    if visits:
        _retract_pass(changes, visits[-1])
        if visits[-1].milestone == milestone:
            visits[-1].stage = stage
            return
        _pass(state, changes, visits[-1], day)
    _enter(state, changes, stage, milestone, day)


def _enter(state: State, changes: list[Change], stage: str, milestone: str, day: int) -> None:
    visit = Visit(stage, milestone, [], [], [], day)
    state.emit(changes, visit.entry_changes, f"entered.{milestone}", day)
    state.visits.append(visit)


def _pass(state: State, changes: list[Change], visit: Visit, day: int) -> None:
    visit.passed_day = day
    state.emit(
        changes, visit.pass_changes, f"passed.{visit.milestone}", day, tuple(visit.interviewers)
    )
    _emit_stay(state, changes, visit.pass_changes, (visit, "passed", day))
    hires.emit_offered_after_pass(state, changes, visit)


def _emit_stay(
    state: State, changes: list[Change], emitted: list[Change], end: tuple[Visit, str, int]
) -> None:
    visit, outcome, day = end
    subject = (f"{visit.milestone}.{outcome}", (), visit.entry_changes[0][1].recruiter)
    state.emit_duration(changes, emitted, subject, (visit.entered_day, day))


def _retract_pass(changes: list[Change], visit: Visit) -> None:
    if visit.passed_day is not None:
        visit.passed_day = None
        retract(changes, visit.pass_changes)
        retract(changes, visit.follow_up_changes)


def apply_stage(state: State, event: StageEvent, rules: Rules, changes: list[Change]) -> None:
    """Apply the stage that the event names, if any; a move after an ending waits for a reopening.

    A snapshot of an active application also reopens it, for vendors without a reopening event. A stage that maps to
    `hired` is a hire, for vendors without a hire event; moving back out of it retracts the hire.
    """
    if event.application.active and state.ending_type is not None and not state.hire_implied:
        _resume_application(state, event, rules, changes)
    stage = event.stage
    if stage is None or _follow_stage_rename(state, stage.id):
        return
    milestone = _resolve_milestone(state, event, stage, rules)
    if state.hire_implied and milestone not in {HIRED_STAGE, UNMAPPED}:
        _retract_ending(state, changes)
    if state.ending_type is not None:
        state.pending_move = (stage.id, milestone)
        return
    day = rules.day(event.header.at)
    if not state.responded and _is_first_response(state, event.header.kind, stage.id, milestone):
        emit_first_response(state, event, rules, changes)
    move(state, changes, stage.id, milestone, day)
    if milestone == HIRED_STAGE:
        _hire(state, changes, event.header.at, rules)
        state.hire_implied = True
        pending_feedback.set_ended_day(state, changes, day)


def _is_first_response(state: State, kind: str, stage: str, milestone: str) -> bool:
    """Whether the company made the move: between two stages, or directly past the initial milestones."""
    if state.visits:
        return state.visits[-1].stage != stage
    return kind == STAGE_CHANGED and milestone not in INITIAL_MILESTONES


def apply_ending(state: State, event: EndingEvent, rules: Rules, changes: list[Change]) -> None:
    """Reject, withdraw, close or hire; a second ending replaces the first, so that an application ends once.

    A repeated hire changes nothing: the first report sets its day. Nor does a closing after a hire for an unmapped
    reason: some vendors file hires under a reason too.
    """
    mapped_type = rules.ending_type(event)
    ending_type = mapped_type or event.header.kind
    closed_unmapped = mapped_type is None and ending_type == CLOSED
    if state.ending_type == HIRED and (ending_type == HIRED or closed_unmapped):
        state.hire_implied = state.hire_implied and ending_type != HIRED
        return
    _retract_ending(state, changes)
    apply_stage(state, event, rules, changes)
    day = rules.day(event.header.at)
    if state.hire_implied and ending_type == HIRED:
        state.hire_implied = False
        return
    _retract_ending(state, changes)
    if ending_type != WITHDRAWN and not state.responded:
        emit_first_response(state, event, rules, changes)
    if ending_type == HIRED:
        _hire(state, changes, event.header.at, rules)
    else:
        _emit_ending(state, changes, ENDINGS[ending_type][0], day)
    if mapped_type is None:
        state.emit(changes, state.ending_changes, "unmapped_reasons", day)
    _emit_stage_ending(state, changes, ending_type, day)
    state.ending_type = ending_type
    pending_feedback.set_ended_day(state, changes, day)


def _emit_ending(state: State, changes: list[Change], measure: str, day: int) -> None:
    state.emit(changes, state.ending_changes, measure, day)
    subject = (f"application.{measure}", (), state.first_recruiter)
    state.emit_duration(changes, state.ending_changes, subject, (state.cohort_day, day))


def _emit_stage_ending(state: State, changes: list[Change], ending_type: str, day: int) -> None:
    """Emit the facts of the ending at its stage, and of a withdrawal for the interviewers before it."""
    if state.visits:
        visit, outcome = state.visits[-1], ENDINGS[ending_type][1]
        measure, interviewers = f"{outcome}.{visit.milestone}", tuple(visit.interviewers)
        state.emit(changes, state.stage_ending_changes, measure, day, interviewers)
        if visit.milestone != UNMAPPED:
            _emit_stay(state, changes, state.stage_ending_changes, (visit, outcome, day))
    if ending_type == WITHDRAWN:
        hires.emit_withdrawal(state, changes, day)


def apply_reopening(
    state: State, event: ReopeningEvent, rules: Rules, changes: list[Change]
) -> None:
    """Undo a rejection, withdrawal or closing (`reopened`) or a hire (`unhired`); without one, change nothing."""
    hired = state.ending_type == HIRED
    if state.ending_type is None or hired != (event.header.kind == "application.unhired"):
        return
    _resume_application(state, event, rules, changes)
    apply_stage(state, event, rules, changes)


def _follow_stage_rename(state: State, stage: str) -> bool:
    """Whether the stage is the current one under a new id, because its pipeline was replaced; adopt the new id."""
    if not state.renamed_stages or not state.visits or state.ending_type is not None:
        return False
    visit = state.visits[-1]
    if stage not in _later_stage_ids(state.renamed_stages, visit.stage):
        return False
    visit.stage = stage
    return True


def _later_stage_ids(renamed: dict[str, str], stage: str) -> list[str]:
    """The ids of a stage after each replacement of the pipeline, in order; a cycle ends where it closes."""
    stage_ids = [stage]
    while (later := renamed.get(stage_ids[-1])) is not None and later not in stage_ids:
        stage_ids.append(later)
    return stage_ids[1:]


def _resolve_milestone(state: State, event: StageEvent, stage: VendorStage, rules: Rules) -> str:
    """The milestone of the stage; an unmapped stage inherits that of a stage it replaced."""
    connection, at = event.header.connection, event.header.at
    milestone = rules.milestone(connection, stage.id, stage.name, stage.kind, at)
    if milestone != UNMAPPED or not state.renamed_stages:
        return milestone
    replaced = (
        old
        for old in sorted(state.renamed_stages)
        if stage.id in _later_stage_ids(state.renamed_stages, old)
    )
    inherited = (rules.milestone(connection, old, None, None, at) for old in replaced)
    return next((mapped for mapped in inherited if mapped != UNMAPPED), UNMAPPED)


def _hire(state: State, changes: list[Change], at: int, rules: Rules) -> None:
    hires.emit_hire(state, changes, at, rules.day(at), rules.hire_value)
    state.ending_type = HIRED


def _resume_application(
    state: State, event: StageEvent, rules: Rules, changes: list[Change]
) -> None:
    _retract_ending(state, changes)
    if state.pending_move is not None and event.stage is None:
        move(state, changes, *state.pending_move, rules.day(event.header.at))
    state.pending_move = None


def _retract_ending(state: State, changes: list[Change]) -> None:
    retract(changes, state.stage_ending_changes)
    retract(changes, state.ending_changes)
    pending_feedback.set_ended_day(state, changes, None)
    state.ending_type, state.hire_implied, state.hired_day = None, False, None
