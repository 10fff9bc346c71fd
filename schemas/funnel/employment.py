"""入社 and what follows: who joined, how long they stay (定着), how they do."""

from schemas.funnel.history import FunnelEvent
from schemas.funnel.rules import Rules
from schemas.funnel.state import Change, State, retract


def employ(state: State, event: FunnelEvent, rules: Rules, changes: list[Change]) -> None:
    """Started, confirmed, rated or ended. The last start and the last end stand; a rating is counted each time.

    Retention is a duration of `employment` from the day of joining; who has not left is known by `joined` alone.
    """
    day = rules.day(event.at) if event.on is None else event.on
    if event.kind == "employment.started":
        retract(changes, state.employment)
        retract(changes, state.tenure)
        state.joined = day
        state.emit(changes, state.employment, "joined", day)
        agreed = state.accepted if state.accepted is not None else state.decided
        if agreed is not None:
            state.emit(changes, state.employment, f"start_days.{max(0, day - agreed)}", day)
    elif event.kind == "employment.ended":
        retract(changes, state.tenure)
        state.emit(changes, state.tenure, "left_employment", day)
        if state.joined is not None:
            whose = ("employment.ended", (), state.employment[0][1][2])
            state.last_for(changes, state.tenure, whose, (state.joined, day))
    elif event.number is not None:
        state.emit(changes, [], f"performance_tenths.{event.number}", rules.day(event.at))
