"""Small sample tables and logs, in the form that customers export, and helpers to read them."""

import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from streams.tools.importing.events import RowEvent
from streams.tools.importing.map_file import Map, load
from streams.tools.importing.plan import PlanOptions, open_plan
from streams.tools.importing.readings import Reading
from streams.tools.importing.source import ImportSource, open_source

HERE = Path(__file__).parent
TOKYO = "Asia/Tokyo"
LIMIT = 2_000_000
NOW = datetime(2028, 1, 1, 3, 0, tzinfo=UTC)  # after everything that the samples tell


def write_table(folder: Path, text: str, encoding: str = "utf-8", name: str = "table.csv") -> Path:
    """Write the text to a file."""
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def write_map(folder: Path, **parts: Any) -> Map:
    """Write the map as YAML and load it again."""
    path = folder / "map.yaml"
    path.write_text(yaml.safe_dump(parts, allow_unicode=True), "utf-8")
    return load(path)


def open_sample(folder: Path, text: str, **parts: Any) -> ImportSource:
    """A table with its map, or with its headers alone."""
    return open_source(
        write_table(folder, text), write_map(folder, **parts) if parts else None, TOKYO
    )


def read_rows(import_source: ImportSource, max_bytes: int = LIMIT) -> list[Reading]:
    """The readings of all rows as they are after settling: with the events that are sent, in their order."""
    options = PlanOptions(now=NOW, max_bytes=max_bytes, zone=import_source.zone)
    with (
        tempfile.TemporaryDirectory() as folder,
        open_plan((import_source,), options, Path(folder)) as plan,
    ):
        readings = {(reading.line, n): reading for n, reading in enumerate(plan.read())}
        settled = list(plan.settled())
    events = [event for entity in settled for event in entity.events]
    unread = {event.id for event in events}
    problems = [problem for entity in settled for problem in entity.problems]
    return [
        replace(
            reading,
            events=tuple(e for e in events if _tells(reading, e) and _take(unread, e.id)),
            problems=(*reading.problems, *(p for p in problems if p.line == reading.line)),
        )
        for reading in readings.values()
    ]


def _tells(reading: Reading, event: RowEvent) -> bool:
    """Whether the row tells of the event's entity; one event of a log may tell of several."""
    return reading.line == event.line and any(
        own.fact.entity == event.fact.entity for own in reading.events
    )


def _take(unread: set[str], key: str) -> bool:
    """Whether the key was there; afterwards it is not."""
    is_there = key in unread
    unread.discard(key)
    return is_there


def events_of(import_source: ImportSource) -> list[RowEvent]:
    """All events of the valid rows; a refused row is a mistake in the test."""
    readings = read_rows(import_source)
    assert [reading.problems for reading in readings if reading.is_refused] == []
    return [event for reading in readings for event in reading.events]


def types_and_times(import_source: ImportSource) -> list[tuple[str, str]]:
    """Type and instant of each event, in file order."""
    return [(event.type, event.at.isoformat()) for event in events_of(import_source)]


def identity_columns(*fields: str, **more: str) -> dict[str, Any]:
    """Columns named like their fields."""
    return {"columns": {field: field for field in fields}, **more}
