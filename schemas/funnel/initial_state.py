"""The state before an application's first event: its attributes and what its candidate's fate does to the history."""

from schemas.funnel.candidate_events import candidate_fate
from schemas.funnel.funnel_events import (
    ApplicationAttributes,
    ApplicationEvent,
    ContextEvent,
    FunnelEvent,
    JobEvent,
    PipelineEvent,
)
from schemas.funnel.history import order_key
from schemas.funnel.rules import Rules
from schemas.funnel.state import State

# Attributes of an application, and those that events of its job may set too.
ATTRIBUTES = ("channel", "job", "source_detail", "touches")
JOB_ATTRIBUTES = ("hiring_manager", "department", "location")

RESET_MS = 24 * 3_600_000  # an anonymisation is reported within a day, retries included


def initial_state(history: list[FunnelEvent], rules: Rules) -> State:
    """The state before the first event, with attributes of the whole history, which must be in order.

    The last known value of each attribute wins, so that a corrected channel or job moves everything counted so far.
    """
    fate = candidate_fate(history, rules.deletion_policy)
    state = State(excluded=fate.excluded, cutoff=fate.cutoff)
    for event in history:
        if isinstance(event, PipelineEvent):
            state.renamed_stages.update(event.moves)
    own = [event for event in history if not isinstance(event, ContextEvent)]
    reported = [event.application for event in own if isinstance(event, ApplicationEvent)]
    state.first_applied_at = min(
        (attributes.applied_at for attributes in reported if attributes.applied_at is not None),
        default=None,
    )
    for event in own:
        state.excluded |= event.header.test
        if isinstance(event, ApplicationEvent) and not is_reset_artifact(state, event):
            _set_attributes(state, event.application)
    _set_job_attributes(state, history)
    if state.application_kind in {"prospect", "pool"}:
        state.excluded = True
    if own:
        first_at = own[0].header.at
        state.cohort_day = rules.day(first_at if state.applied_at is None else state.applied_at)
    return state


def _set_attributes(state: State, attributes: ApplicationAttributes) -> None:
    """Set what one event says about the application."""
    for name in ATTRIBUTES:
        if value := getattr(attributes, name):
            setattr(state, name, value)
    state.application_kind = attributes.kind or state.application_kind
    if attributes.applied_at is not None:
        state.applied_at = attributes.applied_at


def _set_job_attributes(state: State, history: list[FunnelEvent]) -> None:
    """Set the job's attributes from its own events and the application's; the last known value wins."""
    for event in history:
        source: ApplicationAttributes | JobEvent
        if isinstance(event, ApplicationEvent):
            source = event.application
        elif isinstance(event, JobEvent) and event.job == state.job:
            source = event
        else:
            continue
        for name in JOB_ATTRIBUTES:
            if value := getattr(source, name):
                setattr(state, name, value)


def is_reset_artifact(state: State, event: FunnelEvent) -> bool:
    """Whether the event is an artifact of an anonymisation: it follows it, or restarts the application just before.

    The reset carries instants shortly before the deletion is reported. Its instant of application gives it away,
    because the application was made earlier.
    """
    if state.cutoff is None:
        return False
    if order_key(event) > state.cutoff:
        return True
    applied_at = event.application.applied_at if isinstance(event, ApplicationEvent) else None
    since = state.cutoff[0] - RESET_MS
    return (
        applied_at is not None
        and applied_at > since
        and event.header.at > since
        and state.first_applied_at is not None
        and state.first_applied_at <= since
    )
