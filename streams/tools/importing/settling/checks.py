"""Check all that the files of a run say of one application: duplicates, contradictions and impossible orders."""

from collections.abc import Iterable
from itertools import pairwise

from streams.tools.importing.events import RowEvent
from streams.tools.importing.settling.day_order import CREATED, MOVED
from streams.tools.importing.settling.differences import note_differences, note_endings
from streams.tools.importing.settling.entity_checks import EntityChecks

SINGLE_SLOTS = frozenset({"hire", "created"})  # of which an application has one across all files
# What must come first, and what then.
PAIRS = (
    ("application.hired", "employment.started"),
    ("employment.started", "employment.ended"),
)


def distinct_events(events: Iterable[RowEvent], checks: EntityChecks) -> list[RowEvent]:
    """The events without repetitions; rows that say different things about the same fact are refused, all of them."""
    first_by_key: dict[tuple[str, ...], RowEvent] = {}
    distinct: list[RowEvent] = []
    for event in events:
        key = _key(event)
        first = first_by_key.setdefault(key, event)
        if first is event:
            distinct.append(event)
        elif _says(first) == _says(event):
            checks.duplicates += 1
            if event.type == "cost.recorded":
                checks.note(event, "row", "same_cost", checks.place(first, event))
        else:
            checks.conflict(first, event)
    return distinct


def _key(event: RowEvent) -> tuple[str, ...]:
    """What the event is about: its slot, with the date if the slot may have several."""
    fact = event.fact
    if fact.single:
        return (event.kind, fact.slot)
    return (event.kind, fact.slot, fact.type, fact.when.text)


def _says(event: RowEvent) -> tuple[str, str, str]:
    return event.type, event.fact.when.text, event.data


def check_orders(events: list[RowEvent], checks: EntityChecks) -> None:
    """Refuse rows that cannot be true beside other rows; events stand in the order of their files and lines."""
    if (events[0].file, events[0].line) == (events[-1].file, events[-1].line):
        return  # one row, which was checked when it was read
    _check_across_kinds(events, checks)
    created = _first(events, CREATED)
    if created is not None:
        for event in events:
            if (event.file, event.line) != (created.file, created.line):
                _check_pair(created, event, checks)
    for first_type, then_type in PAIRS:
        first, then = _first(events, first_type), _first(events, then_type)
        if first is not None and then is not None:
            _check_pair(first, then, checks)
    _check_offers(events, checks)
    _check_employments(events, checks)
    files = {event.file for event in events}
    if len(files) > 1:
        note_differences(events, checks)
        note_endings(events, checks)


def _check_employments(events: list[RowEvent], checks: EntityChecks) -> None:
    """Refuse an employment that begins before the one before it has ended."""
    periods = [e for e in events if e.type in {"employment.started", "employment.ended"}]
    if len(periods) < 3:
        return
    ordered = sorted(periods, key=lambda e: (e.fact.when.day, e.type == "employment.started"))
    for before, event in pairwise(ordered):
        if before.type == event.type == "employment.started":
            checks.refuse(event, "row", "two_employments", checks.place(before, event))


def _check_offers(events: list[RowEvent], checks: EntityChecks) -> None:
    for sent in (event for event in events if event.type == "offer.sent"):
        offer = sent.fact.slot.rpartition(":")[0]
        for event in events:
            if event.type.startswith("offer.") and event.fact.slot.startswith(f"{offer}:"):
                _check_pair(sent, event, checks)


def _first(events: Iterable[RowEvent], event_type: str) -> RowEvent | None:
    return next((event for event in events if event.type == event_type), None)


def _check_pair(first: RowEvent, then: RowEvent, checks: EntityChecks) -> None:
    """Refuse the later row if what it tells lies before what must come first; days decide where a time is missing."""
    if first is then or then.fact.undated:
        return
    before, after = first.fact.when, then.fact.when
    exact = not (before.is_date_only or after.is_date_only)
    if after.at < before.at if exact else after.day < before.day:
        detail = f"{then.type} {after.day}|{first.type} {before.day} ({checks.place(first, then)})"
        checks.refuse(then, "row", "dates_out_of_order", detail)


def _check_across_kinds(events: list[RowEvent], checks: EntityChecks) -> None:
    """Refuse a hire or an application that two kinds of files date differently."""
    for slot in SINGLE_SLOTS:
        dated = [event for event in events if event.fact.slot == slot and not event.fact.undated]
        by_kind = {event.kind: event for event in dated}
        if len(by_kind) < 2 or len({event.fact.when.day for event in by_kind.values()}) < 2:
            continue
        first, *others = by_kind.values()
        for event in others:
            if event.fact.when.day != first.fact.when.day:
                checks.conflict(event, first)


def tells_of_application(events: Iterable[RowEvent]) -> bool:
    """Whether the events tell that there is an application, as hires, interviews, offers and scorecards do not."""
    return any(event.type in {CREATED, MOVED} for event in events)
