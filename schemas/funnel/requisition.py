"""The life of the application's job, as far as 充足期間 (time to fill) needs it."""

from schemas.funnel.history import FunnelEvent
from schemas.funnel.rules import Rules
from schemas.funnel.state import Change, Requisition, State


def follow(state: State, event: FunnelEvent, _rules: Rules, _changes: list[Change]) -> None:
    """Opened, paused, opened again, closed. Time on hold is taken out; a job opened after it closed begins anew."""
    if event.job != state.job:
        return
    job = state.requisition
    if event.kind == "job.closed":
        job.closed = True
    elif event.kind == "job.paused":
        job.paused = event.at if job.paused is None else job.paused
    elif job.opened is None or job.closed:
        state.requisition = Requisition(event.at)
    elif job.paused is not None:
        job.held += event.at - job.paused
        job.paused = None
