"""Facts of a hire: elapsed days, its worth, the credit of the channels, and the time to fill its seat or job."""

from collections.abc import Iterable
from functools import lru_cache

from schemas.funnel.attempt import Attempt
from schemas.funnel.attribution import WEIGHTS, credit
from schemas.funnel.facts import DAY_MS, FactList, Scope
from schemas.funnel.funnel_events import ContextEvent, JobEvent, OpeningEvent
from schemas.funnel.rules import Rules


def add_hire(facts: FactList, attempt: Attempt, rules: Rules, at: int) -> None:
    """採用決定: a hire at an instant (ms), with the local days since the application and the days that its seat was open."""
    day, cohort_day = facts.day(at), attempt.attributes.cohort_day
    facts.add("hired", at)
    if day >= cohort_day:
        facts.add(f"hire_days.{day - cohort_day}", at)
    if rules.hire_value:
        facts.add("hire_value", at, n=rules.hire_value)
    filled = _open_days(attempt, at)
    if filled is not None:
        facts.add(f"fill_days.{filled}", at)
    channel = attempt.attributes.channel
    touches = attempt.touches or ((channel,) if channel else ())
    for measure, members, share in _channel_credits(touches):
        facts.add(measure, at, members, Scope.MEMBERS, share)


@lru_cache(maxsize=4_096)
def _channel_credits(touches: tuple[str, ...]) -> list[tuple[str, tuple[str, ...], int]]:
    """The measure, listed member and micro-units for every attribution model and channel."""
    return [
        (f"hire_credit.{model}", (f"channel/{channel}",), share)
        for model in WEIGHTS
        for channel, share in credit(touches, model).items()
    ]


def _open_days(attempt: Attempt, hired_at: int) -> int | None:
    """Whole days of 24 hours that the hire's seat was open, else its job, without time on hold; None if nobody said."""
    if not attempt.context:
        return None
    opened_at = _opening_opened_at(attempt, hired_at)
    on_hold_ms = 0
    if opened_at is None:
        opened_at, on_hold_ms = _job_opened_at(attempt.context, attempt.attributes.job, hired_at)
    if opened_at is None:
        return None
    return max(0, hired_at - opened_at - on_hold_ms) // DAY_MS


def _opening_opened_at(attempt: Attempt, hired_at: int) -> int | None:
    """When the seat was opened, anew if it had been closed in between."""
    opened_at, closed = None, False
    for event in attempt.context:
        if not isinstance(event, OpeningEvent) or event.opening != attempt.opening:
            continue
        if event.header.at > hired_at:
            break
        if event.header.kind == "opening.closed":
            closed = True
        elif event.header.kind == "opening.opened" and (opened_at is None or closed):
            opened_at, closed = event.header.at, False
    return opened_at


def _job_opened_at(
    context: Iterable[ContextEvent], job: str | None, hired_at: int
) -> tuple[int | None, int]:
    """When the job was opened, anew if it had been closed in between, and how long (ms) it was on hold since."""
    opened_at: int | None = None
    paused_at: int | None = None
    on_hold_ms, closed = 0, False
    for event in context:
        if not isinstance(event, JobEvent) or event.job != job:
            continue
        kind, at = event.header.kind, event.header.at
        if at > hired_at or kind == "job.updated":
            continue
        if kind == "job.closed":
            closed = True
        elif kind == "job.paused":
            paused_at = at if paused_at is None else paused_at
        elif opened_at is None or closed:
            opened_at, paused_at, on_hold_ms, closed = at, None, 0, False
        elif paused_at is not None:
            on_hold_ms += at - paused_at
            paused_at = None
    if paused_at is not None:
        on_hold_ms += hired_at - paused_at
    return opened_at, on_hold_ms
