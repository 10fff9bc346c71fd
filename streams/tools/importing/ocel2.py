"""Read object-centric event logs in version 2.0 (JSON, SQLite) in the form of version 1.0."""

import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from streams.tools.importing.event_log import Unreadable

TABLE_NAME = re.compile(r"\w+")  # what may follow `event_` and `object_`
OWN_COLUMNS = frozenset({"ocel_id", "ocel_time", "ocel_changed_field"})
SQLITE_HEAD = b"SQLite format 3\x00"

LogDocument = dict[str, dict[str, dict[str, object]]]


class NamedValue(BaseModel):
    """One attribute; of an object, its value from `time` on."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    name: str
    value: str | int | float | bool | None = None
    time: str = ""


class Relation(BaseModel):
    """An object that an event or another object refers to."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    object_id: str = Field(alias="objectId")


class Entry2(BaseModel):
    """One event or object."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    type: str
    time: str = ""
    attributes: tuple[NamedValue, ...] = ()
    relationships: tuple[Relation, ...] = ()


class Document2(BaseModel):
    """The whole log."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    objects: tuple[Entry2, ...] = ()
    events: tuple[Entry2, ...] = ()


def is_sqlite(path: Path) -> bool:
    """Whether the file is a database."""
    with path.open("rb") as file:
        return file.read(len(SQLITE_HEAD)) == SQLITE_HEAD


def from_json(value: Mapping[str, Any]) -> LogDocument:
    """The document in the form of version 1.0; raise pydantic's ValidationError."""
    document = Document2.model_validate(value)
    return _document(document.objects, document.events)


def from_sqlite(path: Path) -> LogDocument:
    """The database in the form of version 1.0; raise Unreadable."""
    database = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    try:
        relations: dict[str, list[Relation]] = {}
        query = "select ocel_event_id, ocel_object_id from event_object"
        for event, object_id in database.execute(query):
            relations.setdefault(event, []).append(Relation(objectId=object_id))
        events = [
            entry.model_copy(update={"relationships": tuple(relations.get(entry.id, ()))})
            for entry in _entries(database, "event")
        ]
        return _document(list(_entries(database, "object")), events)
    except sqlite3.Error as error:
        raise Unreadable("not_ocel", f"{path} is no OCEL 2.0 database: {error}") from error
    finally:
        database.close()


def _document(objects: Sequence[Entry2], events: Sequence[Entry2]) -> LogDocument:
    """Objects keep the latest value of each attribute; events are in order of time."""
    ordered = sorted(events, key=lambda entry: entry.time)
    return {
        "ocel:objects": {
            entry.id: {"ocel:type": entry.type, "ocel:ovmap": _latest(entry.attributes)}
            for entry in objects
        },
        "ocel:events": {
            entry.id: {
                "ocel:activity": entry.type,
                "ocel:timestamp": entry.time,
                "ocel:omap": [relation.object_id for relation in entry.relationships],
                "ocel:vmap": _latest(entry.attributes),
            }
            for entry in ordered
        },
    }


def _latest(attributes: Sequence[NamedValue]) -> dict[str, object]:
    ordered = sorted(attributes, key=lambda attribute: attribute.time)
    return {attribute.name: attribute.value for attribute in ordered}


def _entries(database: sqlite3.Connection, family: str) -> Iterator[Entry2]:
    """The events or objects of all types; each type has a table of its own."""
    values: dict[str, list[NamedValue]] = {}
    times: dict[str, str] = {}
    for row in _typed_rows(database, family):
        key, time = str(row["ocel_id"]), str(row.get("ocel_time") or "")
        times.setdefault(key, time)
        values.setdefault(key, []).extend(
            NamedValue(name=column, value=value, time=time)
            for column, value in row.items()
            if column not in OWN_COLUMNS and value is not None
        )
    query = f"select ocel_id, ocel_type from {family}"  # noqa: S608 - a word of ours
    for key, entry_type in database.execute(query):
        attributes = tuple(values.get(key, ()))
        yield Entry2(id=key, type=entry_type, time=times.get(key, ""), attributes=attributes)


def _typed_rows(database: sqlite3.Connection, family: str) -> Iterator[dict[str, Any]]:
    """The rows of the tables of all types."""
    query = f"select ocel_type_map from {family}_map_type"  # noqa: S608 - a word of ours
    for (name,) in database.execute(query).fetchall():
        if TABLE_NAME.fullmatch(name) is None:
            msg = f"{family}_{name} is not the name of a table"
            raise sqlite3.DatabaseError(msg)
        # The name of a table cannot be a parameter; it consists of letters and digits.
        cursor = database.execute(f'select * from "{family}_{name}"')  # noqa: S608
        columns = [column[0] for column in cursor.description]
        for cells in cursor:
            yield dict(zip(columns, cells, strict=True))
