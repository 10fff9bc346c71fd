"""Small tables and logs for the tests, written as customers write them, and what is read of them."""

from pathlib import Path
from typing import Any

import yaml

from streams.tools.importing.batches import fitting
from streams.tools.importing.events import RowEvent
from streams.tools.importing.map_file import Map, load
from streams.tools.importing.readings import Reading
from streams.tools.importing.source import ImportSource, source

HERE = Path(__file__).parent
TOKYO = "Asia/Tokyo"
LIMIT = 2_000_000


def table(folder: Path, text: str, encoding: str = "utf-8", name: str = "table.csv") -> Path:
    """The text in a file."""
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def mapped(folder: Path, **parts: Any) -> Map:
    """A map that was written as YAML and read again."""
    path = folder / "map.yaml"
    path.write_text(yaml.safe_dump(parts, allow_unicode=True), "utf-8")
    return load(path)


def opened(folder: Path, text: str, **parts: Any) -> ImportSource:
    """A table with its map, or by its headers alone."""
    return source(table(folder, text), mapped(folder, **parts) if parts else None, TOKYO)


def read(found: ImportSource, largest: int = LIMIT) -> list[Reading]:
    """All of its rows."""
    return list(fitting(found.readings(), found.mode, largest))


def told(found: ImportSource) -> list[RowEvent]:
    """All events of its sound rows; a refused row is a mistake of the test."""
    readings = read(found)
    assert [each.problems for each in readings if each.problems] == []
    return [event for reading in readings for event in reading.told]


def story(found: ImportSource) -> list[tuple[str, str]]:
    """Type and instant of each event, as they stand in the file."""
    return [(each.type, each.at.isoformat()) for each in told(found)]


def same(*fields: str, **more: str) -> dict[str, Any]:
    """Columns that are called as their fields are."""
    return {"columns": {each: each for each in fields}, **more}
