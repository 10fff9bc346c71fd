"""A file and its map together: what kind of source it is, and the readings of it, as often as they are asked for."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from streams.configuration.files import Misconfigured
from streams.tools.importing import dictionary, ocel, xes
from streams.tools.importing.dictionary import squeezed
from streams.tools.importing.event_log import Trace
from streams.tools.importing.interview_panels import panels_of
from streams.tools.importing.kinds import BY_NAME, LOG, SANCTIONED
from streams.tools.importing.log_events import Activities, tell_trace
from streams.tools.importing.map_file import Map
from streams.tools.importing.readings import Reading, consistent
from streams.tools.importing.recognise import recognise
from streams.tools.importing.row import Layout, RowReader
from streams.tools.importing.table import SourceTable, look

XES, OCEL, TABLE = (".xes", ".xes.gz"), (".jsonocel", ".json"), (".csv", ".tsv", ".txt")


@dataclass(frozen=True, kw_only=True)
class ImportSource:
    """What is imported: `mode` is the ingestmode of its events, `columns` the headers or attributes that are read, by field.

    `readings` begins anew whenever it is called.
    """

    path: Path
    kind: str
    mode: str
    zone: ZoneInfo
    columns: Mapping[str, str]
    readings: Callable[[], Iterator[Reading]]


def source(path: Path, written: Map | None, timezone: str) -> ImportSource:
    """The file as its map says, or as its headers do; `timezone` is the tenant's. Raises Misconfigured, Unreadable."""
    zone = ZoneInfo((written and written.timezone) or timezone)
    if is_log(path):
        return _log(path, written, zone)
    table = look(path, None if written is None else written.encoding)
    known = recognised(table) if written is None else written
    if known.kind == LOG:
        msg = f"{path} is a table, and its map is one of a log"
        raise Misconfigured(msg)
    layout = _layout(zone, known.columns, known)
    places = _places(table, known)
    return ImportSource(
        path=path,
        kind=known.kind,
        mode="csv",
        zone=zone,
        columns=known.columns,
        readings=lambda: consistent(_rows(table, known, layout, places)),
    )


def is_log(path: Path) -> bool:
    """Whether the name is that of an event log; raise Misconfigured for what is neither log nor table."""
    name = path.name.casefold()
    if not path.is_file():
        msg = f"no file {path}"
        raise Misconfigured(msg)
    if name.endswith((*XES, *OCEL)):
        return True
    if name.endswith(TABLE):
        return False
    known = ", ".join((*TABLE, *XES, *OCEL))
    msg = f"{path} is none of {known}; spreadsheets are saved as CSV"
    raise Misconfigured(msg)


def traces(path: Path, roles: dict[str, str]) -> Iterator[Trace]:
    """The traces of a log of either format; `roles` are the object types of an OCEL log."""
    if path.name.casefold().endswith(XES):
        yield from xes.traces(path)
    else:
        yield from ocel.traces(ocel.load(path), roles)


def recognised(table: SourceTable) -> Map:
    """A map of what the headers say by themselves; raise Misconfigured when that is not enough."""
    found = recognise(table)
    if found.kind is None:
        msg = (
            f"the headers of {table.path} do not tell what it is; draft a map with "
            "`hirelay import --inspect FILE`, complete it, and give it with --map"
        )
        raise Misconfigured(msg)
    return Map(kind=found.kind.name, columns=found.columns)


def _log(path: Path, written: Map | None, zone: ZoneInfo) -> ImportSource:
    if written is None:
        msg = f"{path} is a log and needs a map; draft one with `hirelay import --inspect FILE`"
        raise Misconfigured(msg)
    if written.kind != LOG:
        msg = f"{path} is a log, and its map is one of {written.kind}"
        raise Misconfigured(msg)
    layout = _layout(zone, written.attributes, written)
    activities = Activities(steps=written.activities, attributes=written.attributes, layout=layout)

    def readings() -> Iterator[Reading]:
        for trace in traces(path, written.objects):
            yield from tell_trace(trace, activities)

    return ImportSource(
        path=path,
        kind=LOG,
        mode="backfill",
        zone=zone,
        columns=written.attributes,
        readings=lambda: consistent(readings()),
    )


def _layout(zone: ZoneInfo, headers: dict[str, str], written: Map) -> Layout:
    own, usual = written.words(), dictionary.meanings()
    meanings = {name: {**usual.get(name, {}), **own.get(name, {})} for name in SANCTIONED}
    return Layout(zone=zone, headers=headers, meanings=meanings, sanctioned=SANCTIONED)


def _places(table: SourceTable, written: Map) -> dict[str, int]:
    """Where the column of each field is; raise Misconfigured when it is nowhere or in two places."""
    plain = [squeezed(header) for header in table.headers]
    places: dict[str, int] = {}
    for name, header in written.columns.items():
        found = [place for place, each in enumerate(table.headers) if each == header.strip()]
        found = found or [p for p, each in enumerate(plain) if each == squeezed(header)]
        if len(found) != 1:
            often = "no column" if not found else f"{len(found)} columns"
            msg = (
                f"{table.path} has {often} {header!r} ({name}); it has: {', '.join(table.headers)}"
            )
            raise Misconfigured(msg)
        places[name] = found[0]
    return places


def _rows(
    table: SourceTable, written: Map, layout: Layout, places: dict[str, int]
) -> Iterator[Reading]:
    kind = BY_NAME[written.kind]
    panels = panels_of(table, places) if kind.name == "interviews" else {}
    for line in table.lines():
        if line.problem is not None:
            yield Reading(line=line.number, problems=(line.problem,))
            continue
        cells = {name: line.cells[place] for name, place in places.items()}
        together = panels.get(cells.get("interview_id", "").strip())
        if together:
            cells["interviewers"] = together
        row = RowReader(line=line.number, cells={**written.constants, **cells}, layout=layout)
        told = kind.tell(row)
        yield Reading(
            line=line.number,
            told=() if row.problems else tuple(told),
            problems=tuple(row.problems),
        )
