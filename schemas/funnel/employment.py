"""Employment after a hire: joining (入社), retention (定着) and performance ratings."""

from schemas.funnel.funnel_events import EmploymentEvent
from schemas.funnel.rules import Rules
from schemas.funnel.state import Change, State, retract


def apply_employment(
    state: State, event: EmploymentEvent, rules: Rules, changes: list[Change]
) -> None:
    """Started, confirmed, rated or ended. The last start and the last end win; every rating counts.

    Retention is a duration of `employment` from the day of joining; employees who have not left have `joined` only.
    """
    kind, at = event.header.kind, event.header.at
    day = rules.day(at) if event.day is None else event.day
    if kind == "employment.started":
        retract(changes, state.employment_changes)
        retract(changes, state.tenure_changes)
        state.joined_day = day
        state.emit(changes, state.employment_changes, "joined", day)
        agreed = state.accepted_day if state.accepted_day is not None else state.hired_day
        if agreed is not None:
            state.emit(changes, state.employment_changes, f"start_days.{max(0, day - agreed)}", day)
    elif kind == "employment.ended":
        retract(changes, state.tenure_changes)
        state.emit(changes, state.tenure_changes, "left_employment", day)
        if state.joined_day is not None:
            subject = ("employment.ended", (), state.employment_changes[0][1].recruiter)
            state.emit_duration(changes, state.tenure_changes, subject, (state.joined_day, day))
    elif event.rating_tenths is not None:
        state.emit(changes, [], f"performance_tenths.{event.rating_tenths}", rules.day(at))
