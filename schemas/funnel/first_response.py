"""The time a candidate waits for the first response (一次対応時間)."""

from schemas.funnel.funnel_events import ApplicationEvent
from schemas.funnel.rules import Rules
from schemas.funnel.state import Change, Scope, State

HOUR_MS = 3_600_000
MAX_RESPONSE_HOURS = 2_400  # 100 days; longer waits count as 100 days
MAX_SCORECARD_HOURS = 720  # 30 days


def capped_hours(since: int, until: int, limit: int) -> int:
    """Whole hours between two instants in milliseconds, from 0 to `limit`."""
    return min(max(0, until - since) // HOUR_MS, limit)


def emit_first_response(
    state: State, event: ApplicationEvent, rules: Rules, changes: list[Change]
) -> None:
    """Emit the company's first response: it moved the application on, invited, answered, rejected or hired.

    Call it only while `state.responded` is false; callers check that first because this is a hot path.
    """
    state.responded = True
    if state.applied_at is not None:
        at = event.header.at
        measure = f"response_hours.{capped_hours(state.applied_at, at, MAX_RESPONSE_HOURS)}"
        state.emit(changes, [], measure, rules.day(at), scope=Scope.DECISION_DAY)
