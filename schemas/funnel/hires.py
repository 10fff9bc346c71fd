"""Facts of a hire: elapsed days, its worth, the credit of the channels, and the time to fill its seat or job."""

from collections.abc import Iterable
from functools import lru_cache

from schemas.funnel.attempt import Attempt
from schemas.funnel.attribution import WEIGHTS, credit
from schemas.funnel.facts import FactList, Scope
from schemas.funnel.funnel_events import ContextEvent, JobEvent, OpeningEvent
from schemas.funnel.rules import Rules
from schemas.instants import DAY_MS


def add_hire(facts: FactList, attempt: Attempt, rules: Rules, at: int) -> None:
    """採用決定: a hire at an instant (ms), with the local days since the application and the days that its seat was open."""
    day, cohort_day = facts.day(at), attempt.attributes.cohort_day
    facts.add("hired", at)
    if day >= cohort_day and not (facts.is_orphan or facts.is_undated(at)):
        facts.add(f"hire_days.{day - cohort_day}", at)
    if rules.hire_value:
        facts.add("hire_value", at, n=rules.hire_value)
    open_ms = _open_ms(attempt, at)
    if open_ms is not None:
        facts.add(f"fill_days.{open_ms // DAY_MS}", at)
    channel = attempt.attributes.channel
    if facts.is_orphan:
        return
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


def _open_ms(attempt: Attempt, hired_at: int) -> int | None:
    """How long the hire's seat was open, without one its job, less the time that the job was on hold.

    None if nobody said, or if the seat was opened after the hire: how long its job was open says nothing about a seat.
    """
    seats = [
        e for e in attempt.context if isinstance(e, OpeningEvent) and e.opening == attempt.opening
    ]
    jobs = [
        event
        for event in attempt.context
        if isinstance(event, JobEvent)
        and event.job == attempt.attributes.job
        and event.header.at <= hired_at
    ]
    seats_before = [event for event in seats if event.header.at <= hired_at]
    opened_at = _opened_at(seats_before)
    if opened_at is None and _opened_at(seats) is None:
        opened_at = _opened_at(jobs)
    if opened_at is None:
        return None
    return hired_at - opened_at - _on_hold_ms(jobs, opened_at, hired_at)


def _opened_at(events: Iterable[ContextEvent]) -> int | None:
    """Since when (ms) it is open; one opened after it was filled or closed starts anew."""
    opened_at, is_closed = None, False
    for event in events:
        action = _action(event)
        if action == "opened" and (opened_at is None or is_closed):
            opened_at, is_closed = event.header.at, False
        elif action in {"filled", "closed"}:
            is_closed = True
    return opened_at


def _on_hold_ms(jobs: Iterable[JobEvent], opened_at: int, hired_at: int) -> int:
    """How long the job was on hold between two instants (ms)."""
    on_hold_ms, paused_at = 0, None
    for event in jobs:
        action = _action(event)
        if action == "paused" and paused_at is None:
            paused_at = event.header.at
        elif action == "opened" and paused_at is not None:
            on_hold_ms += max(0, event.header.at - max(paused_at, opened_at))
            paused_at = None
    return on_hold_ms + (0 if paused_at is None else hired_at - max(paused_at, opened_at))


def _action(event: ContextEvent) -> str:
    return event.header.kind.rpartition(".")[2]
