"""Read object-centric event logs (OCEL 1.0 and 2.0) as traces of applications."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from streams.tools.importing import ocel2
from streams.tools.importing.event_log import LogEntry, Trace, Unreadable

Scalar = str | int | float | bool | None
Attributes = dict[str, Scalar]


class OcelEvent(BaseModel):
    """One event: activity, timestamp, object ids and attributes."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    activity: str = Field("", alias="ocel:activity")
    timestamp: str = Field("", alias="ocel:timestamp")
    objects: tuple[str, ...] = Field((), alias="ocel:omap")
    attributes: Attributes = Field(default_factory=dict, alias="ocel:vmap")


class OcelObject(BaseModel):
    """One object: type and attributes."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    type: str = Field(alias="ocel:type")
    attributes: Attributes = Field(default_factory=dict, alias="ocel:ovmap")


class Ocel(BaseModel):
    """The whole log."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    events: dict[str, OcelEvent] = Field(alias="ocel:events")
    objects: dict[str, OcelObject] = Field(alias="ocel:objects")


def load(path: Path) -> Ocel:
    """The log in `path`, of version 1.0 or 2.0; raise Unreadable."""
    try:
        return Ocel.model_validate(_document(path))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise Unreadable("not_ocel", f"{path}: {place or 'top'}: {first['msg']}") from None


def _document(path: Path) -> object:
    """The document in the form of version 1.0."""
    if ocel2.is_sqlite(path):
        return ocel2.from_sqlite(path)
    try:
        value = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise Unreadable("not_ocel", f"{path} is not JSON") from error
    is_second = isinstance(value, dict) and "eventTypes" in value
    return ocel2.from_json(value) if is_second else value


def traces(log: Ocel, roles: Mapping[str, str]) -> Iterator[Trace]:
    """One trace per application, and one for events without an application; `roles` are object types by role.

    An event of several applications appears in the trace of each. Line numbers are the ordinals of the events.
    """
    entries_by_application: dict[str, list[LogEntry]] = {}
    for number, event in enumerate(log.events.values(), start=1):
        entry = _entry(log, event, number, roles)
        for application in entry.related.get("application", ()) or ("",):
            entries_by_application.setdefault(application, []).append(entry)
    for application, entries in entries_by_application.items():
        application_object = log.objects.get(application)
        attributes = (
            _as_text(application_object.attributes) if application_object is not None else {}
        )
        yield Trace(application=application, attributes=attributes, entries=tuple(entries))


def _entry(log: Ocel, event: OcelEvent, number: int, roles: Mapping[str, str]) -> LogEntry:
    """The event, with the attributes of its objects that it does not have itself."""
    attributes = _as_text(event.attributes)
    related: dict[str, list[str]] = {}
    for key in event.objects:
        ocel_object = log.objects.get(key)
        if ocel_object is None:
            related.setdefault("unknown", []).append(key)
            continue
        for role in (role for role, kind in roles.items() if kind == ocel_object.type):
            related.setdefault(role, []).append(key)
            if role != "application":
                attributes = {**_as_text(ocel_object.attributes), **attributes}
    return LogEntry(
        line=number,
        activity=event.activity.strip(),
        time=event.timestamp,
        attributes=attributes,
        related={role: tuple(keys) for role, keys in related.items()},
    )


def _as_text(attributes: Attributes) -> dict[str, str]:
    return {name: str(value) for name, value in attributes.items() if value is not None}
