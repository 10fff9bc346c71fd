"""Events that say of an application what its earlier events said, so that only what they tell of themselves is new."""

from schemas.funnel.attempt import Attempt
from schemas.funnel.funnel_events import (
    ApplicationAttributes,
    ApplicationEvent,
    DeletionEvent,
    EmploymentEvent,
    FunnelEvent,
    UpdateEvent,
)
from schemas.funnel.rules import Rules


def says_nothing_new(attempt: Attempt, event: FunnelEvent, rules: Rules) -> bool:
    """Whether an event that follows all others leaves everything but the `events` of a counted attempt as it is.

    An undated event does not: what else happened at its instant is undated too.
    """
    if event.header.undated:
        return False
    if isinstance(event, EmploymentEvent):
        return not event.header.test
    if not isinstance(event, ApplicationEvent) or isinstance(event, DeletionEvent):
        return False
    if event.header.test or (isinstance(event, UpdateEvent) and event.is_reapplication):
        return False
    stated, last = event.application, attempt.events[-1]
    if not attempt.context and isinstance(last, ApplicationEvent) and last.application == stated:
        return True
    return _is_stated(stated, attempt, rules)


def _is_stated(stated: ApplicationAttributes, attempt: Attempt, rules: Rules) -> bool:
    """Whether the events of the attempt said all this."""
    now, owners = attempt.attributes, attempt.owners
    recruiter = owners[-1][1] if owners else None
    pairs = (
        (stated.recruiter, recruiter),
        (stated.job, now.job),
        (stated.applied_at, attempt.applied_at),
        (stated.kind, attempt.kind),
        (stated.opening, attempt.opening),
        (stated.source_detail, now.source_detail),
        (stated.department, now.department),
        (stated.location, now.location),
        (stated.hiring_managers or None, now.hiring_managers),
        (tuple(map(rules.channel, stated.touches)) or None, attempt.touches),
        (None if stated.channel is None else rules.channel(stated.channel), now.channel),
    )
    return all(value is None or value == before for value, before in pairs)
