"""Event logs in OCEL 2.0, in JSON and in SQLite, read as the same log in version 1.0 does."""

import json
import sqlite3
from pathlib import Path
from typing import Any

from streams.tools.importing import ocel
from tests.tools.importing.samples import HERE

ROLES = {"application": "Application", "candidate": "Candidate", "job": "Vacancy", "offer": "Offer"}
Log = dict[str, dict[str, Any]]


def sample() -> Log:
    """The sample log in version 1.0."""
    log: Log = json.loads((HERE / "hiring.jsonocel").read_text())
    return log


def as_json(log: Log) -> dict[str, Any]:
    """The log as JSON of version 2.0."""
    return {
        "objectTypes": [],
        "eventTypes": [],
        "objects": [
            {
                "id": key,
                "type": entry["ocel:type"],
                "attributes": [
                    {"name": name, "time": "1970-01-01T00:00:00Z", "value": value}
                    for name, value in entry["ocel:ovmap"].items()
                ],
            }
            for key, entry in log["ocel:objects"].items()
        ],
        "events": [
            {
                "id": key,
                "type": entry["ocel:activity"],
                "time": entry["ocel:timestamp"],
                "attributes": [
                    {"name": name, "value": value} for name, value in entry["ocel:vmap"].items()
                ],
                "relationships": [
                    {"objectId": name, "qualifier": "of"} for name in entry["ocel:omap"]
                ],
            }
            for key, entry in log["ocel:events"].items()
        ],
    }


def write_sqlite(log: Log, path: Path) -> None:
    """Write the log as a database of version 2.0: a table for each type."""
    database = sqlite3.connect(path)
    for family in ("event", "object"):
        database.execute(f"create table {family} (ocel_id, ocel_type)")
        database.execute(f"create table {family}_map_type (ocel_type, ocel_type_map)")
    database.execute("create table event_object (ocel_event_id, ocel_object_id, ocel_qualifier)")
    parts = (("event", "ocel:activity", "ocel:vmap"), ("object", "ocel:type", "ocel:ovmap"))
    for family, type_key, values_key in parts:
        entries = log[f"ocel:{family}s"]
        types = sorted({entry[type_key] for entry in entries.values()})
        for number, name in enumerate(types):
            own = {key: entry for key, entry in entries.items() if entry[type_key] == name}
            columns = sorted({column for entry in own.values() for column in entry[values_key]})
            quoted = "".join(f', "{column}"' for column in columns)
            table = f"{family}_T{number}"
            database.execute(f"create table {table} (ocel_id, ocel_time{quoted})")
            database.execute(f"insert into {family}_map_type values (?, ?)", (name, f"T{number}"))
            for key, entry in own.items():
                cells = [entry[values_key].get(column) for column in columns]
                row = (key, entry.get("ocel:timestamp", ""), *cells)
                marks = ", ".join("?" * len(row))
                database.execute(f"insert into {table} values ({marks})", row)
                database.execute(f"insert into {family} values (?, ?)", (key, name))
    for key, entry in log["ocel:events"].items():
        rows = [(key, name, "of") for name in entry["ocel:omap"]]
        database.executemany("insert into event_object values (?, ?, ?)", rows)
    database.commit()
    database.close()


def traces(path: Path) -> list[tuple[str, Any]]:
    """What the log says of each application; the numbers of its events depend on its form."""
    return sorted(
        (
            trace.application,
            [(entry.time, entry.activity, dict(entry.related)) for entry in trace.entries],
        )
        for trace in ocel.traces(ocel.load(path), ROLES)
    )


def test_the_second_version_in_json_reads_as_the_first(tmp_path: Path) -> None:
    """Objects, events, attributes and relations are those of version 1.0."""
    path = tmp_path / "log.json"
    path.write_text(json.dumps(as_json(sample())))

    assert traces(path) == traces(HERE / "hiring.jsonocel")


def test_the_second_version_in_sqlite_reads_as_the_first(tmp_path: Path) -> None:
    """A database with a table for each type reads as the JSON does."""
    path = tmp_path / "log.sqlite"
    write_sqlite(sample(), path)

    assert traces(path) == traces(HERE / "hiring.jsonocel")
