"""An application's history: its events in the order in which they happened, and what is left after corrections."""

from collections.abc import Iterable
from operator import is_

import msgspec

from schemas.funnel.funnel_events import (
    ApplicationEvent,
    EndingEvent,
    FunnelEvent,
    InterviewEvent,
    JobEvent,
    LoggedEvent,
    OfferEvent,
    ReopeningEvent,
    ScorecardEvent,
    StageEvent,
    UpdateEvent,
)
from schemas.funnel.instant_order import in_order, last_told_stage, order_instant, place
from schemas.funnel.quality import CORRECTIONS, Finding, find

LEAD = "lead"  # a kind of application, if its stages show one, else a prospect

LogKey = tuple[str | None, str, str | None]


def first_arrivals(history: Iterable[FunnelEvent]) -> list[FunnelEvent]:
    """Each event once: of several copies the one that arrived first."""
    by_id: dict[bytes, FunnelEvent] = {}
    for event in history:
        earlier = by_id.setdefault(event.header.id, event)
        if earlier is not event and _arrival(event) < _arrival(earlier):
            by_id[event.header.id] = event
    return list(by_id.values())


def ordered_history(history: Iterable[FunnelEvent]) -> list[FunnelEvent]:
    """The history without duplicates, in the order in which events happened.

    A record of the vendor's log contributes only its latest revision, and nothing once it is withdrawn.
    """
    events = first_arrivals(history)
    own = [event for event in events if isinstance(event, ApplicationEvent)]
    if any(map(_is_logged, events)):
        events = _apply_log_corrections(sorted(events, key=place))
    events = in_order(events)
    if any(event.application.kind == LEAD for event in own):
        events = _resolve_leads(events)
    return events


class OrderedHistory:
    """A history that grows: an event that follows all others costs no new sorting.

    `events` are in the order in which they happened, after corrections; `findings` are what is remarkable about them.
    `events` stays the same list as long as it only grows at its end.
    """

    def __init__(self, log: Iterable[FunnelEvent]) -> None:
        """Order the events that arrived so far."""
        self._log = first_arrivals(log)
        self._order()

    def _order(self) -> None:
        self.events = ordered_history(self._log)
        self.findings: list[Finding] = find(self._log, self.events)
        self._grows = not any(map(_needs_others, self._log))
        self._has_stage = any(map(_has_stage, self.events))
        self._last_arrival = max(map(_arrival, self._log), default=(-1, 0))

    def add(self, event: FunnelEvent) -> None:
        """Add an event whose id is new."""
        self._log.append(event)
        if self._grows and not _needs_others(event) and self._follows(event):
            self.events.append(event)
            self._last_arrival = _arrival(event)
            self._has_stage = self._has_stage or _has_stage(event)
        else:
            self._order()

    def _follows(self, event: FunnelEvent) -> bool:
        """Whether the event happened and arrived after all others, and leaves what is remarkable as it is."""
        if event.header.kind in CORRECTIONS or _arrival(event) < self._last_arrival:
            return False
        if not self._has_stage and (isinstance(event, EndingEvent) or self.findings):
            return False
        if not self.events:
            return True
        at, last_at = event.header.at, self.events[-1].header.at
        return at > last_at or (at == last_at and self._is_last_of_its_instant(event))

    def _is_last_of_its_instant(self, event: FunnelEvent) -> bool:
        """Whether the order of the instant stays as it is, with the event at its end, and does not depend on undoings."""
        at = event.header.at
        group = [other for other in self._log if other.header.at == at]
        if any(isinstance(other, ReopeningEvent) for other in group):
            return False
        start = len(self.events) - 1
        while start > 0 and self.events[start - 1].header.at == at:
            start -= 1
        told = last_told_stage(self.events[:start])
        expected = [*self.events[start:], event]
        ordered = order_instant(group, told)
        return len(ordered) == len(expected) and all(map(is_, ordered, expected))


def _needs_others(event: FunnelEvent) -> bool:
    """Whether an event must be understood together with others: a log record and its revisions, or a lead."""
    is_lead = isinstance(event, ApplicationEvent) and event.application.kind == LEAD
    return is_lead or _is_logged(event)


def _is_logged(event: FunnelEvent) -> bool:
    return isinstance(event, LoggedEvent) and event.log_id is not None


def _has_stage(event: FunnelEvent) -> bool:
    return isinstance(event, StageEvent) and event.stage is not None


def _arrival(event: FunnelEvent) -> tuple[int, int]:
    return event.header.offset, event.header.index


def _resolve_leads(events: list[FunnelEvent]) -> list[FunnelEvent]:
    """A lead is no lead if another event, at whatever time, gives another kind of application; else its stages decide."""
    kinds = {event.application.kind for event in events if isinstance(event, ApplicationEvent)}
    return events if kinds <= {None, LEAD} else [_without_lead(event) for event in events]


def _without_lead(event: FunnelEvent) -> FunnelEvent:
    if not isinstance(event, ApplicationEvent) or event.application.kind != LEAD:
        return event
    resolved = msgspec.structs.replace(event.application, kind=None)
    return msgspec.structs.replace(event, application=resolved)


def _apply_log_corrections(events: list[FunnelEvent]) -> list[FunnelEvent]:
    """Keep the latest revision of each log record: one event per application, interview, scorecard, offer and job."""
    logged = [
        event for event in events if isinstance(event, LoggedEvent) and event.log_id is not None
    ]
    latest: dict[str | None, int] = {}
    for event in logged:
        latest[event.log_id] = max(latest.get(event.log_id, 0), event.header.revision)
    if all(event.header.sequence for event in logged):
        logged.sort(
            key=lambda event: event.header.sequence
        )  # of one revision the last one sent holds
    current = {
        _log_key(event): event for event in logged if event.header.revision == latest[event.log_id]
    }
    retracted = {event.log_id for event in current.values() if retracts_log(event)}
    superseded = {
        event.header.id
        for event in logged
        if event.log_id in retracted or current.get(_log_key(event)) is not event
    }
    return [event for event in events if event.header.id not in superseded]


def retracts_log(event: FunnelEvent) -> bool:
    """Whether the event withdraws a record of the vendor's log."""
    return (
        isinstance(event, UpdateEvent | JobEvent)
        and event.retracts_log
        and event.log_id is not None
    )


def _log_key(event: LoggedEvent) -> LogKey:
    """The log record of the event, and what of the application the event is about."""
    match event:
        case InterviewEvent():
            return event.log_id, "interview", event.interview_id
        case ScorecardEvent():
            return event.log_id, "scorecard", event.scorecard_id
        case OfferEvent():
            return event.log_id, "offer", event.offer_id
        case JobEvent():
            return event.log_id, "job", event.job
    return event.log_id, "application", None
