"""Read XES event logs (IEEE 1849) as a stream of traces; a document type declaration is refused."""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast
from xml.parsers import expat

from streams.tools.importing.event_log import LogEntry, Trace, Unreadable

CHUNK = 1 << 16
VALUE_TAGS = {"string", "date", "int", "float", "boolean", "id"}
NAME, TIME, TRANSITION = "concept:name", "time:timestamp", "lifecycle:transition"
COMPLETED_TRANSITIONS = {"", "complete"}  # transitions that mark a completed activity


def traces(path: Path) -> Iterator[Trace]:
    """The traces of `.xes` or `.xes.gz`, in file order; raise Unreadable."""
    reader = _Reader()
    try:
        with _open(path) as file:
            while chunk := file.read(CHUNK):
                reader.parser.Parse(chunk, False)
                yield from reader.pop_complete()
            reader.parser.Parse(b"", True)
            yield from reader.pop_complete()
    except expat.ExpatError as error:
        raise Unreadable("not_xes", f"{path}: line {error.lineno}: not well-formed XML") from error
    except (gzip.BadGzipFile, EOFError) as error:
        raise Unreadable("not_xes", f"{path} is not a complete gzip file") from error
    if not reader.is_log:
        raise Unreadable("not_xes", f"{path} contains no <log>: export the log as XES")


def _open(path: Path) -> BinaryIO:
    return cast("BinaryIO", gzip.open(path)) if path.suffix == ".gz" else path.open("rb")


@dataclass
class _Reader:
    """State of the XML parser; attributes of a trace or event are its direct children only."""

    parser: expat.XMLParserType = field(default_factory=expat.ParserCreate)
    is_log: bool = False
    path: list[str] = field(default_factory=list)
    trace: dict[str, str] = field(default_factory=dict)
    event: dict[str, str] = field(default_factory=dict)
    line: int = 0
    entries: list[LogEntry] = field(default_factory=list)
    complete: list[Trace] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        # Only a document type can declare entities; refusing it prevents entity expansion attacks.
        self.parser.StartDoctypeDeclHandler = self._doctype

    def pop_complete(self) -> list[Trace]:
        """Return and remove the traces completed so far."""
        complete, self.complete = self.complete, []
        return complete

    def _doctype(self, *_: object) -> None:
        raise Unreadable("document_type", "the XML declares a document type; a log needs none")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        self.path.append(name)
        self.is_log |= self.path == ["log"]
        if self.path == ["log", "trace"]:
            self.trace, self.entries = {}, []
        elif self.path == ["log", "trace", "event"]:
            self.event, self.line = {}, self.parser.CurrentLineNumber
        elif name in VALUE_TAGS and "key" in attributes:
            if self.path[:-1] == ["log", "trace"]:
                self.trace[attributes["key"]] = attributes.get("value", "")
            elif self.path[:-1] == ["log", "trace", "event"]:
                self.event[attributes["key"]] = attributes.get("value", "")

    def _end(self, _tag: str) -> None:
        if self.path == ["log", "trace", "event"]:
            self.entries.append(self._entry())
        elif self.path == ["log", "trace"]:
            name = self.trace.get(NAME, "").strip()
            self.complete.append(
                Trace(application=name, attributes=self.trace, entries=tuple(self.entries))
            )
        self.path.pop()

    def _entry(self) -> LogEntry:
        """A start or pause of an activity is a separate activity, to be mapped or ignored on its own."""
        transition = self.event.get(TRANSITION, "").strip().casefold()
        activity = self.event.get(NAME, "").strip()
        if activity and transition not in COMPLETED_TRANSITIONS:
            activity = f"{activity} [{transition}]"
        time = self.event.get(TIME, "")
        return LogEntry(line=self.line, activity=activity, time=time, attributes=self.event)
