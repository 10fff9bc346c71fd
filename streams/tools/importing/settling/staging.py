"""Keep the readings of all files of a run on disk, so that each application is read as a whole in bounded memory."""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import msgspec

from streams.tools.importing.events import RowEvent
from streams.tools.importing.readings import Reading

SCHEMA = """
pragma journal_mode = off;
pragma synchronous = off;
create table events (entity text not null, file integer not null, line integer not null, body blob not null);
create table refused (entity text primary key) without rowid;
"""
ROWS_AT_ONCE = 5_000

_encoder, _decoder = msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(RowEvent)


@dataclass
class Direction:
    """How often the next row of an application lies later, and how often earlier: tables run forwards or backwards."""

    forwards: int = 0
    backwards: int = 0

    @property
    def is_backwards(self) -> bool:
        """Whether most rows lie before the one above them."""
        return self.backwards > self.forwards


@dataclass
class Staging:
    """The events of a run by entity: an application, or a cost or a job, which stand for themselves."""

    path: Path
    directions: dict[int, Direction] = field(default_factory=dict)
    sorted: bool = False

    def __post_init__(self) -> None:
        """Create the database."""
        self._database = sqlite3.connect(self.path)
        self._database.executescript(SCHEMA)

    def add(self, readings: Iterable[Reading]) -> Iterator[Reading]:
        """Store the events of the readings, and pass the readings on without them."""
        rows: list[tuple[str, int, int, bytes]] = []
        insert = "insert or ignore into refused values (?)"
        before: RowEvent | None = None
        for reading in readings:
            for event in reading.events:
                entity = event.fact.entity
                rows.append((entity, event.file, event.line, _encoder.encode(event)))
                if before is not None and before.fact.entity == entity:
                    self._note_direction(before, event)
                before = event
            if reading.entity and reading.is_refused:
                self._database.execute(insert, (reading.entity,))
            if len(rows) >= ROWS_AT_ONCE:
                self._write(rows)
            yield reading
        self._write(rows)

    def entities(self) -> Iterator[tuple[str, list[RowEvent]]]:
        """Each entity with its events in the order of the files and lines, sorted by entity."""
        if not self.sorted:
            self._database.execute("create index by_entity on events (entity, file, line)")
            self._database.commit()
            self.sorted = True
        cursor = self._database.cursor()
        cursor.arraysize = ROWS_AT_ONCE
        cursor.execute("select entity, body from events order by entity, file, line, rowid")
        for entity, rows in groupby(cursor, key=lambda row: row[0]):
            yield str(entity), [_decoder.decode(body) for _, body in rows]

    def is_refused(self, entity: str) -> bool:
        """Whether a row of the entity could not be read."""
        query = "select 1 from refused where entity = ?"
        return self._database.execute(query, (entity,)).fetchone() is not None

    def close(self) -> None:
        """Delete the database."""
        self._database.close()
        self.path.unlink(missing_ok=True)

    def _write(self, rows: list[tuple[str, int, int, bytes]]) -> None:
        self._database.executemany("insert into events values (?, ?, ?, ?)", rows)
        rows.clear()

    def _note_direction(self, before: RowEvent, event: RowEvent) -> None:
        if before.line == event.line or before.file != event.file:
            return
        direction = self.directions.setdefault(event.file, Direction())
        direction.forwards += before.fact.when.at < event.fact.when.at
        direction.backwards += before.fact.when.at > event.fact.when.at
