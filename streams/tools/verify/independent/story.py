"""The story of one application: every event once, corrected, and in the order in which things happened."""

import json
from collections.abc import Iterable, Sequence

from schemas.events.envelope import TYPES
from streams.tools.verify.independent.told import (
    CREATED,
    ENDINGS,
    MOVED,
    JsonObject,
    Told,
    known_instant,
)

PLACE_IN_TABLE = {name: place for place, name in enumerate(TYPES)}
# What the numbers read of an event: two events of one instant that agree on all of it tell the same thing.
INSTANTS = ("start", "end", "submitted_at")
READ = (
    *("log_id", "retracted", "is_reapplication", "interview_id", "schedule_id", "round"),
    *("feedback_id", "interviewer_id", "decision", "offer_id", "version", "amount", "currency"),
    *("party", "cause", "start_date", "rating", "rating_id", "application_id"),
)
READ_PARTS = {
    "application": ("job_id", "opening_id", "kind", "candidate_id", "active"),
    "channel": ("id", "detail"),
    "owners": ("recruiter_id", "hiring_manager_ids"),
    "dims": ("department", "location"),
    "stage": ("id", "name", "order", "vendor_kind"),
    "to_stage": ("id", "name", "order", "vendor_kind"),
    "from_stage": ("id", "name", "order", "vendor_kind"),
    "reason": ("id", "name"),
    "schedule": ("id", "interview_ids"),
}


def tell(events: Iterable[Told]) -> list[Told]:
    """The events in order, each id once, without what a later revision of its log record corrects."""
    once: dict[str, Told] = {}
    for event in sorted(events, key=lambda event: (event.offset, event.index)):
        once.setdefault(event.id, event)
    return in_order(without_corrected(in_order(list(once.values()))))


def in_order(events: list[Told]) -> list[Told]:
    """The events by their instants, and within each instant as told."""
    instants: dict[int, list[Told]] = {}
    for event in events:
        instants.setdefault(event.at, []).append(event)
    return [event for at in sorted(instants) for event in _order_instant(instants[at])]


def _order_instant(events: list[Told]) -> list[Told]:
    """Context first, then the creation, then the rest by sequence, batch or type."""
    context = [event for event in events if event.is_context]
    created = [event for event in events if event.kind == CREATED and not _again(event)]
    rest = [event for event in events if event not in context and event not in created]
    context.sort(key=lambda event: (PLACE_IN_TABLE[event.kind], event.revision, event.id))
    return [*context, *_by_rank(created), *_order_rest(rest)]


def _again(event: Told) -> bool:
    return bool(event.data.get("is_reapplication"))


def _order_rest(events: list[Told]) -> list[Told]:
    if events and all(event.sequence is not None for event in events):
        return sorted(events, key=_sequence_key)
    return _by_rank(events)


def _by_rank(events: list[Told]) -> list[Told]:
    """By place in the batch if all came in one, else by type, revision and arrival."""
    if len({event.offset for event in events}) == 1:
        return sorted(events, key=lambda event: event.index)
    return sorted(events, key=_rank)


def _rank(event: Told) -> tuple[int, int, int, int]:
    kind = ENDINGS[0] if event.kind in ENDINGS else event.kind
    return (PLACE_IN_TABLE[kind], event.revision, event.offset, event.index)


def _sequence_key(event: Told) -> tuple[int, int, str, tuple[int, int, int, int]]:
    """Numbers by value and before other texts; equal sequences by type."""
    text = event.sequence or ""
    if text.isdecimal():
        return (0, int(text), "", _rank(event))
    return (1, 0, text, _rank(event))


def without_corrected(events: list[Told]) -> list[Told]:
    """Of each record of the vendor's log only its latest revision; nothing of a record that was withdrawn.

    Of one revision, what is told last about the application, an interview, a scorecard or an offer counts.
    """
    latest: dict[str, int] = {}
    for event in events:
        if (log_id := event.data.get("log_id")) is not None:
            latest[log_id] = max(latest.get(log_id, 0), event.revision)
    current: dict[tuple[str, str, str], Told] = {}
    for event in events:
        log_id = event.data.get("log_id")
        if log_id is not None and event.revision == latest[log_id]:
            current[log_id, *_subject(event)] = event
    withdrawn = {key[0] for key, event in current.items() if event.data.get("retracted")}
    kept = {event.id for key, event in current.items() if key[0] not in withdrawn}
    return [event for event in events if event.data.get("log_id") is None or event.id in kept]


def _subject(event: Told) -> tuple[str, str]:
    """What of the application the event is about."""
    topic = event.kind.partition(".")[0]
    entity = {"interview": "interview_id", "feedback": "feedback_id", "offer": "offer_id"}.get(
        topic
    )
    return (topic, "" if entity is None else event.data.get(entity) or "")


def without_repetitions(events: Sequence[Told]) -> list[Told]:
    """The same thing told again at one instant under another id is one; costs are versions of their own."""
    told: dict[tuple[int, str, str], Told] = {}
    for event in sorted(events, key=lambda event: (event.offset, event.index)):
        told.setdefault((event.at, event.kind, _content(event)), event)
    first = {event.id for event in told.values()}
    return [e for e in events if e.is_context or e.is_cost or e.id in first]


def _content(event: Told) -> str:
    data = event.data
    parts: dict[str, object] = {
        name: data[name] for name in READ if data.get(name) is not None and data[name] is not False
    }
    for part, names in READ_PARTS.items():
        value = data.get(part)
        if isinstance(value, dict):
            parts[part] = {name: value[name] for name in names if value.get(name) is not None}
    for name in INSTANTS:
        if data.get(name) is not None:
            parts[name] = _instant_or_day(data[name])
    parts["applied_at"] = known_instant(event.application.get("applied_at"))
    parts["interviewers"] = [_person(person) for person in data.get("interviewers") or ()]
    parts["touches"] = [touch["id"] for touch in data.get("touches") or ()]
    return json.dumps(parts, sort_keys=True)


def _instant_or_day(text: str) -> int | str | None:
    return text if len(text) == len("2026-04-01") else known_instant(text)


def _person(person: JsonObject) -> tuple[str, str, str]:
    return (person["user_id"], person.get("role") or "panel", person.get("response") or "")


def in_chain(events: list[Told]) -> list[Told]:
    """Moves of one instant that name the stage they left follow each other, if no sequence orders them."""
    ordered = list(events)
    for at in {event.at for event in events if event.kind == MOVED}:
        instant = [event for event in events if event.at == at and not event.is_context]
        places = [
            place
            for place, event in enumerate(ordered)
            if event.at == at and event.kind == MOVED and event.data.get("from_stage")
        ]
        sequenced = [e for e in instant if e.kind != CREATED or _again(e)]
        if len(places) < 2 or all(event.sequence is not None for event in sequenced):
            continue
        before = [e.stage["id"] for e in ordered[: places[0]] if e.stage is not None]
        moves = _chain([ordered[place] for place in places], before[-1] if before else None)
        for place, move in zip(places, moves, strict=True):
            ordered[place] = move
    return ordered


def _chain(moves: list[Told], told_last: str | None) -> list[Told]:
    """Put the moves in the order in which each leaves the stage that the one before it reached."""
    left, chain = list(moves), []
    while left:
        reached = {
            id(move): [m.data["to_stage"]["id"] for m in left if m is not move] for move in left
        }
        follows = [m for m in left if m.data["from_stage"]["id"] == told_last]
        begins = [m for m in left if m.data["from_stage"]["id"] not in reached[id(m)]]
        move = (follows or begins or left)[0]
        left.remove(move)
        chain.append(move)
        told_last = move.data["to_stage"]["id"]
    return chain
