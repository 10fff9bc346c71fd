"""Facts of a hire: elapsed days, its worth, the credit of the channels, and the time to fill its seat or job."""

from functools import lru_cache

import msgspec

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
    open_ms = _open_ms(attempt, at)
    if open_ms is not None:
        facts.add(f"fill_days.{open_ms // DAY_MS}", at)
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


def _open_ms(attempt: Attempt, hired_at: int) -> int | None:
    """How long the hire's seat was open, else its job, without time on hold; None if nobody said."""
    seat, job = Vacancy(), Vacancy()
    for event in attempt.context:
        if event.header.at > hired_at:
            break
        if isinstance(event, OpeningEvent) and event.opening == attempt.opening:
            seat.take(event)
        elif isinstance(event, JobEvent) and event.job == attempt.attributes.job:
            job.take(event)
    vacancy = job if seat.opened_at is None else seat
    return vacancy.open_ms(hired_at)


class Vacancy(msgspec.Struct):
    """A seat or a job: since when (ms) it is open, how long (ms) it was on hold since, and since when it is on hold now."""

    opened_at: int | None = None
    on_hold_ms: int = 0
    paused_at: int | None = None
    closed: bool = False

    def take(self, event: ContextEvent) -> None:
        """Opened, paused, resumed, closed; one opened after it was closed starts anew."""
        at, action = event.header.at, event.header.kind.rpartition(".")[2]
        if action == "closed":
            self.closed = True
        elif action == "paused":
            self.paused_at = at if self.paused_at is None else self.paused_at
        elif action == "opened" and (self.opened_at is None or self.closed):
            self.opened_at, self.on_hold_ms, self.paused_at, self.closed = at, 0, None, False
        elif action == "opened" and self.paused_at is not None:
            self.on_hold_ms += at - self.paused_at
            self.paused_at = None

    def open_ms(self, until: int) -> int | None:
        """How long it was open until an instant, without time on hold; None if it was never opened."""
        if self.opened_at is None:
            return None
        on_hold_ms = self.on_hold_ms + (0 if self.paused_at is None else until - self.paused_at)
        return until - self.opened_at - on_hold_ms
