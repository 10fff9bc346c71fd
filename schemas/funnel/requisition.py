"""The lifecycle of the application's job, as far as 充足期間 (time to fill) needs it."""

from schemas.funnel.history import FunnelEvent
from schemas.funnel.rules import Rules
from schemas.funnel.state import Change, Requisition, State


def apply_job_event(
    state: State, event: FunnelEvent, _rules: Rules, _changes: list[Change]
) -> None:
    """Opened, paused, resumed, closed. Time on hold is excluded; a job opened after it closed starts anew."""
    if event.job != state.job:
        return
    job = state.requisition
    if event.kind == "job.closed":
        job.closed = True
    elif event.kind == "job.paused":
        job.paused_at = event.at if job.paused_at is None else job.paused_at
    elif job.opened_at is None or job.closed:
        state.requisition = Requisition(event.at)
    elif job.paused_at is not None:
        job.on_hold_ms += event.at - job.paused_at
        job.paused_at = None
