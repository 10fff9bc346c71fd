"""Employments after a hire: joining (入社), leaving and coming back, and performance ratings."""

from collections.abc import Iterable

import msgspec

from schemas.funnel.facts import FactList
from schemas.funnel.funnel_events import EmploymentEvent, EndingEvent, FunnelEvent


class EmploymentPeriod(msgspec.Struct, eq=False, gc=False):
    """One employment: local days, and the instants (ms) of the events that named them; `planned` by the hire only.

    The start is None if only its end was reported.
    """

    start_day: int | None
    started_told_at: int
    planned: bool = False
    end_day: int | None = None
    ended_told_at: int = 0


class Employments:
    """The employments of an attempt in order, and its ratings."""

    def __init__(self) -> None:
        """Start before any."""
        self.all: list[EmploymentPeriod] = []
        self.ratings: list[tuple[int, int]] = []  # instant (ms) and tenths, without an id
        self._rating_by_id: dict[str, tuple[int, int]] = {}

    def take(self, event: EmploymentEvent, told_day: int) -> None:
        """Take the next event, which was told on a local day; a confirmation changes nothing."""
        at, day = event.header.at, told_day if event.day is None else event.day
        match event.header.kind:
            case "employment.started":
                self.start(day, at)
            case "employment.ended":
                self.end(day, at)
            case "employment.start_cancelled":
                self.cancel()
            case "employment.end_cancelled":
                self.end(None, at)
            case "employment.performance_rated":
                self.rate(event)

    def plan(self, day: int, at: int) -> None:
        """A hire names the day of joining; an employment that was reported goes before."""
        if not self.all:
            self.all.append(EmploymentPeriod(day, at, planned=True))
        elif self.all[-1].planned:
            self.all[-1].start_day, self.all[-1].started_told_at = day, at

    def start(self, day: int, at: int) -> None:
        """Start, or move the start of an employment that has not ended; after an end, come back."""
        last = self.all[-1] if self.all else None
        if last is None or (last.end_day is not None and day >= last.end_day):
            self.all.append(EmploymentPeriod(day, at))
            return
        last.start_day, last.started_told_at, last.planned = day, at, False

    def end(self, day: int | None, at: int) -> None:
        """End the last employment, or take its end back (None)."""
        if not self.all and day is not None:
            self.all.append(EmploymentPeriod(None, at))
        if self.all:
            self.all[-1].end_day, self.all[-1].ended_told_at = day, at

    def cancel(self) -> None:
        """Take the last employment back."""
        if self.all:
            self.all.pop()

    def rate(self, event: EmploymentEvent) -> None:
        """Add a rating; one of a known id replaces the earlier one, or takes it back if it has no value."""
        at, tenths = event.header.at, event.rating_tenths
        if event.rating_id is None:
            if tenths is not None:
                self.ratings.append((at, tenths))
        elif tenths is None:
            self._rating_by_id.pop(event.rating_id, None)
        else:
            self._rating_by_id[event.rating_id] = (at, tenths)

    @property
    def all_ratings(self) -> list[tuple[int, int]]:
        """Instant (ms) and tenths of every rating that stands."""
        return [*self.ratings, *self._rating_by_id.values()]


def read_employments(events: Iterable[FunnelEvent], facts: FactList) -> Employments:
    """The employments of an attempt, from its events in order."""
    employments = Employments()
    for event in events:
        if isinstance(event, EndingEvent) and event.start_day is not None:
            employments.plan(event.start_day, event.header.at)
        elif isinstance(event, EmploymentEvent):
            employments.take(event, facts.day(event.header.at))
    return employments


def add_employments(facts: FactList, employments: Employments, agreed_day: int | None) -> None:
    """Count joins and leaves on their days, and ratings; `agreed_day` is that of the acceptance, else of the hire."""
    for number, employment in enumerate(employments.all):
        day, at = employment.start_day, employment.started_told_at
        if day is not None:
            facts.add_on("joined", day, at)
            if number == 0 and agreed_day is not None:
                _add_wait_to_start(facts, (agreed_day, day), at)
        if employment.end_day is not None:
            facts.add_on("left_employment", employment.end_day, employment.ended_told_at)
            if day is not None:
                facts.add_duration("employment.ended", at, (day, employment.end_day))
    for at, tenths in employments.all_ratings:
        facts.add(f"performance_tenths.{tenths}", at)


def _add_wait_to_start(facts: FactList, days: tuple[int, int], at: int) -> None:
    agreed_day, start_day = days
    if start_day < agreed_day:
        facts.add_impossible(at, start_day)
    else:
        facts.add_on(f"start_days.{start_day - agreed_day}", start_day, at)
