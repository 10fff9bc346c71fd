"""The lifecycle of the application's job, as far as 充足期間 (time to fill) needs it."""

from schemas.funnel.funnel_events import JobEvent
from schemas.funnel.rules import Rules
from schemas.funnel.state import Change, Requisition, State


def apply_job_event(state: State, event: JobEvent, _rules: Rules, _changes: list[Change]) -> None:
    """Opened, paused, resumed, closed. Time on hold is excluded; a job opened after it closed starts anew."""
    kind, at = event.header.kind, event.header.at
    if event.job != state.job or kind == "job.updated":
        return
    job = state.requisition
    if kind == "job.closed":
        job.closed = True
    elif kind == "job.paused":
        job.paused_at = at if job.paused_at is None else job.paused_at
    elif job.opened_at is None or job.closed:
        state.requisition = Requisition(at)
    elif job.paused_at is not None:
        job.on_hold_ms += at - job.paused_at
        job.paused_at = None
