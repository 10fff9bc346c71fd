"""入社 and what follows: who joined, how long they stay (定着), how they do."""

from schemas.funnel.history import Happening
from schemas.funnel.rules import Rules
from schemas.funnel.state import Change, State, take_back


def employ(state: State, event: Happening, rules: Rules, changes: list[Change]) -> None:
    """Started, confirmed, rated or ended. The last start and the last end stand; a rating is counted each time.

    Retention is a duration of `employment` from the day of joining; who has not left is known by `joined` alone.
    """
    day = rules.day(event.at) if event.on is None else event.on
    if event.kind == "employment.started":
        take_back(changes, state.employment)
        take_back(changes, state.tenure)
        state.joined = day
        state.gain(changes, state.employment, "joined", day)
        agreed = state.accepted if state.accepted is not None else state.decided
        if agreed is not None:
            state.gain(changes, state.employment, f"start_days.{max(0, day - agreed)}", day)
    elif event.kind == "employment.ended":
        take_back(changes, state.tenure)
        state.gain(changes, state.tenure, "left_employment", day)
        if state.joined is not None:
            whose = ("employment.ended", (), state.employment[0][1][2])
            state.last_for(changes, state.tenure, whose, (state.joined, day))
    elif event.number is not None:
        state.gain(changes, [], f"performance_tenths.{event.number}", rules.day(event.at))
