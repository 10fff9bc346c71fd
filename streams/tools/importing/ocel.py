"""Read object-centric event logs (OCEL 1.0, JSON) as traces of applications."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from streams.tools.importing.event_log import LogEntry, Trace, Unreadable

Scalar = str | int | float | bool | None
Attributes = dict[str, Scalar]


class OcelEvent(BaseModel):
    """One event: its activity, its instant, the ids of its objects and its attributes."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    activity: str = Field("", alias="ocel:activity")
    timestamp: str = Field("", alias="ocel:timestamp")
    objects: tuple[str, ...] = Field((), alias="ocel:omap")
    attributes: Attributes = Field(default_factory=dict, alias="ocel:vmap")


class OcelObject(BaseModel):
    """One object: its type and its attributes."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    type: str = Field(alias="ocel:type")
    attributes: Attributes = Field(default_factory=dict, alias="ocel:ovmap")


class Ocel(BaseModel):
    """The whole log."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    events: dict[str, OcelEvent] = Field(alias="ocel:events")
    objects: dict[str, OcelObject] = Field(alias="ocel:objects")


def load(path: Path) -> Ocel:
    """The log in `path`; raise Unreadable."""
    try:
        value = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise Unreadable("not_ocel", f"{path} is not JSON") from error
    if isinstance(value, dict) and "eventTypes" in value:
        raise Unreadable("not_ocel", f"{path} is OCEL 2.0; export it as OCEL 1.0 or as XES")
    try:
        return Ocel.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise Unreadable("not_ocel", f"{path}: {place or 'top'}: {first['msg']}") from None


def traces(log: Ocel, roles: Mapping[str, str]) -> Iterator[Trace]:
    """One trace an application, and one without an application; `roles` are types of objects by role.

    An event of several applications stands in the trace of each. Lines are the numbers of events.
    """
    found: dict[str, list[LogEntry]] = {}
    for number, event in enumerate(log.events.values(), start=1):
        entry = _entry(log, event, number, roles)
        for application in entry.related.get("application", ()) or ("",):
            found.setdefault(application, []).append(entry)
    for application, entries in found.items():
        thing = log.objects.get(application)
        attributes = _texts(thing.attributes) if thing is not None else {}
        yield Trace(application=application, attributes=attributes, entries=tuple(entries))


def _entry(log: Ocel, event: OcelEvent, number: int, roles: Mapping[str, str]) -> LogEntry:
    """The event with the attributes of its objects, where it has none of that name itself."""
    attributes = _texts(event.attributes)
    related: dict[str, list[str]] = {}
    for key in event.objects:
        thing = log.objects.get(key)
        if thing is None:
            related.setdefault("unknown", []).append(key)
            continue
        for role in (role for role, kind in roles.items() if kind == thing.type):
            related.setdefault(role, []).append(key)
            if role != "application":
                attributes = {**_texts(thing.attributes), **attributes}
    return LogEntry(
        line=number,
        activity=event.activity.strip(),
        time=event.timestamp,
        attributes=attributes,
        related={role: tuple(keys) for role, keys in related.items()},
    )


def _texts(attributes: Attributes) -> dict[str, str]:
    return {name: str(value) for name, value in attributes.items() if value is not None}
