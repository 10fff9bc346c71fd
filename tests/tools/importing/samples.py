"""Small sample tables and logs, in the form that customers export, and helpers to read them."""

from pathlib import Path
from typing import Any

import yaml

from streams.tools.importing.batches import refuse_oversized
from streams.tools.importing.events import RowEvent
from streams.tools.importing.map_file import Map, load
from streams.tools.importing.readings import Reading
from streams.tools.importing.source import ImportSource, open_source

HERE = Path(__file__).parent
TOKYO = "Asia/Tokyo"
LIMIT = 2_000_000


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
    """The readings of all rows."""
    return list(refuse_oversized(import_source.readings(), import_source.mode, max_bytes))


def events_of(import_source: ImportSource) -> list[RowEvent]:
    """All events of the valid rows; a refused row is a mistake in the test."""
    readings = read_rows(import_source)
    assert [reading.problems for reading in readings if reading.problems] == []
    return [event for reading in readings for event in reading.events]


def types_and_times(import_source: ImportSource) -> list[tuple[str, str]]:
    """Type and instant of each event, in file order."""
    return [(event.type, event.at.isoformat()) for event in events_of(import_source)]


def identity_columns(*fields: str, **more: str) -> dict[str, Any]:
    """Columns named like their fields."""
    return {"columns": {field: field for field in fields}, **more}
