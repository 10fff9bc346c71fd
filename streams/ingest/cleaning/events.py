"""Cleans accepted events: their ids and texts, and the times they claim.

Every door passes its events through here after translation: webhooks of all vendors, `standard`, imports (which are
sent through `standard`) and costs. What an event cannot be without is not repaired by guessing: the event is set aside,
and the rest of its delivery counts.
"""

import operator
from dataclasses import replace
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

from schemas.errors import Condition, Malformed
from schemas.events.application import Channel, FrozenModel, Id, Text
from schemas.events.context import Cost
from schemas.events.envelope import Event, short_type
from schemas.text.plain import plain_name
from streams.ingest.cleaning.free_names import without_personal_data
from streams.ingest.cleaning.identifiers import clean_id
from streams.ingest.cleaning.times import check_times
from streams.ingest.vendor import Translation, subject_of

MAX_ID_LENGTH, MAX_TEXT_LENGTH = 200, 500
NAMED_SCOPES = frozenset({"channel", "agency"})  # of costs: their members are names, not ids

Model = TypeVar("Model", bound=FrozenModel)


class UncleanField(Exception):
    """A field that cannot be cleaned; its `path` is filled on the way out, innermost name first."""

    def __init__(self, reason: str, detail: str) -> None:
        """`detail` follows the name of the field."""
        super().__init__(reason)
        self.reason = reason
        self.detail = detail
        self.path: list[str] = []


class FieldKind(Enum):
    """What a text of an event is."""

    ID = "id"
    NAME = "name"  # a name that serves as an id: a channel
    TEXT = "text"
    PART = "part"  # a nested model


def clean_translation(translation: Translation, now: datetime) -> Translation:
    """The translation with clean events; those that cannot be cleaned, or lie more than two days after `now`, become faults."""
    events: list[Event] = []
    faults: list[Condition] = list(translation.faults)
    for event in translation.events:
        try:
            check_times(short_type(event.type), event.data, event.time, now)
            events.append(clean_event(event))
        except Malformed as fault:
            faults.append(fault)
    return replace(translation, events=tuple(events), faults=tuple(faults))


def clean_event(event: Event) -> Event:
    """The event with clean ids and texts; the same object if nothing changes. Raise Malformed, never with a value."""
    try:
        data = _clean(event.data)
    except UncleanField as fault:
        place = ".".join(reversed(fault.path))
        detail = f"{short_type(event.type)}: {place} {fault.detail}"
        raise Malformed(fault.reason, detail) from None
    changed = {
        name: text
        for name in ("vendorevent", "deliveryid", "correlationid")
        if (text := _clean_value(getattr(event, name), FieldKind.TEXT)) != getattr(event, name)
    }
    if data is event.data and not changed:
        return event
    return event.model_copy(update={**changed, "data": data, "subject": subject_of(data)})


def _clean(part: Model) -> Model:
    update: dict[str, Any] = {}
    for name, kind in _fields(type(part)):
        value = getattr(part, name)
        if value is None or value == ():
            continue
        if name == "member" and isinstance(part, Cost) and part.scope in NAMED_SCOPES:
            kind = FieldKind.NAME  # noqa: PLW2901 - the same field is a name in these scopes
        try:
            cleaned = (
                _clean_all(value, kind) if isinstance(value, tuple) else _clean_value(value, kind)
            )
        except UncleanField as fault:
            fault.path.append(name)
            raise
        if cleaned is not value and (kind is FieldKind.PART or cleaned != value):
            update[name] = cleaned
    return part.model_copy(update=update) if update else part


def _clean_all(values: tuple[Any, ...], kind: FieldKind) -> tuple[Any, ...]:
    """The clean values; the same tuple if no part changes."""
    cleaned = [_clean_value(value, kind) for value in values]
    if all(map(operator.is_, cleaned, values)):
        return values
    return tuple([value for value in cleaned if value is not None])


def _clean_value(value: Any, kind: FieldKind) -> Any:
    if value is None:
        return None
    if kind is FieldKind.PART:
        return _clean(value)
    if kind is FieldKind.ID:
        return _clean_id(value)
    if kind is FieldKind.NAME:
        return _clean_name(value)
    return without_personal_data(value)[:MAX_TEXT_LENGTH].rstrip() or None


def _clean_id(text: str) -> str:
    name = clean_id(text)
    if name is None:
        detail = "looks like an e-mail address, and people are never named here; send the id of your system instead"
        raise UncleanField("address_in_id", detail)
    return _bounded(name)


def _clean_name(text: str) -> str:
    """A name that identifies: what is left of it, in NFKC form."""
    name = plain_name(without_personal_data(text))
    if not name and plain_name(text):
        detail = "holds nothing but personal data, such as an e-mail address; send the name of the channel instead"
        raise UncleanField("address_in_id", detail)
    return _bounded(name)


def _bounded(name: str) -> str:
    if not 1 <= len(name) <= MAX_ID_LENGTH:
        detail = f"must have 1 to {MAX_ID_LENGTH} visible characters; send the id of your system"
        raise UncleanField("unmapped_value", detail)
    return name


@cache
def _fields(model: type[FrozenModel]) -> tuple[tuple[str, FieldKind], ...]:
    """The fields of a model that hold texts or models, by what they are."""
    hints = get_type_hints(model, include_extras=True)
    kinds = {name: _kind(hints[name]) for name in model.model_fields}
    if issubclass(model, Channel):
        kinds["id"] = FieldKind.NAME
    return tuple((name, kind) for name, kind in kinds.items() if kind is not None)


def _kind(annotation: Any) -> FieldKind | None:
    """What a field of this annotation holds; None for numbers, times and words of our own vocabulary."""
    if annotation == Id:
        return FieldKind.ID
    if annotation == Text:
        return FieldKind.TEXT
    if get_origin(annotation) is Annotated:
        return _kind(get_args(annotation)[0])
    if isinstance(annotation, type) and issubclass(annotation, FrozenModel):
        return FieldKind.PART
    kinds = [_kind(argument) for argument in get_args(annotation)]
    return next((kind for kind in kinds if kind is not None), None)
