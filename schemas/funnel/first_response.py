"""How long a candidate waits for the first answer (一次対応時間)."""

from schemas.funnel.history import FunnelEvent
from schemas.funnel.rules import Rules
from schemas.funnel.state import DECIDED, Change, State

HOUR_MS = 3_600_000
LONGEST_RESPONSE_H = 2_400  # 100 days; longer is counted as that
LONGEST_SCORECARD_H = 720  # 30 days


def hours(since: int, until: int, longest: int) -> int:
    """Whole hours between two instants in milliseconds, from 0 to `longest`."""
    return min(max(0, until - since) // HOUR_MS, longest)


def respond(state: State, event: FunnelEvent, rules: Rules, changes: list[Change]) -> None:
    """The company did something for the first time: moved the application on, invited, answered, rejected or hired.

    To be asked only while `state.responded` is false; so hot is the way here.
    """
    state.responded = True
    if state.applied is not None:
        waited = hours(state.applied, event.at, LONGEST_RESPONSE_H)
        state.emit(changes, [], f"response_hours.{waited}", rules.day(event.at), (), DECIDED)
