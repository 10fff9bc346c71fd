"""An application's history: its events in the order in which they happened, and what is left after corrections."""

from collections.abc import Iterable

import msgspec

from schemas.funnel.funnel_events import (
    ApplicationEvent,
    FunnelEvent,
    InterviewEvent,
    OfferEvent,
    ScorecardEvent,
    StageEvent,
    UpdateEvent,
)
from schemas.funnel.instant_order import in_order, place
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
    if any(event.log_id is not None for event in own):
        events = _apply_log_corrections(sorted(events, key=place))
    events = in_order(events)
    if any(event.application.kind == LEAD for event in own):
        events = _resolve_leads(events)
    return events


class OrderedHistory:
    """A history that grows: an event later than all others costs no new sorting.

    `events` are in the order in which they happened, after corrections; `findings` are what is remarkable about them.
    """

    def __init__(self, log: Iterable[FunnelEvent]) -> None:
        """Order the events that arrived so far."""
        self._log = first_arrivals(log)
        self._order()
        self._grows = all(map(_is_plain, self._log))

    def _order(self) -> None:
        self.events = ordered_history(self._log)
        self.findings: list[Finding] = find(self._log, self.events)

    def add(self, event: FunnelEvent) -> None:
        """Add an event whose id is new."""
        self._log.append(event)
        self._grows = self._grows and _is_plain(event)
        if self._grows and self.events and event.header.at > self.events[-1].header.at:
            self.events.append(event)
        else:
            self._order()


def _is_plain(event: FunnelEvent) -> bool:
    """Whether the event is in no way remarkable, corrects nothing and needs no other to be understood."""
    if isinstance(event, StageEvent):
        return (
            event.log_id is None
            and event.stage is not None
            and event.application.kind != LEAD
            and event.header.kind not in CORRECTIONS
        )
    if isinstance(event, ApplicationEvent):
        return event.log_id is None and event.header.kind not in CORRECTIONS
    return False


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
    """Keep the latest revision of each log record: one event per application, interview, scorecard and offer."""
    logged = [
        event
        for event in events
        if isinstance(event, ApplicationEvent) and event.log_id is not None
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


def retracts_log(event: ApplicationEvent) -> bool:
    """Whether the event withdraws a record of the vendor's log."""
    return isinstance(event, UpdateEvent) and event.retracts_log and event.log_id is not None


def _log_key(event: ApplicationEvent) -> LogKey:
    """The log record of the event, and what of the application the event is about."""
    match event:
        case InterviewEvent():
            return event.log_id, "interview", event.interview_id
        case ScorecardEvent():
            return event.log_id, "scorecard", event.scorecard_id
        case OfferEvent():
            return event.log_id, "offer", event.offer_id
    return event.log_id, "application", None
