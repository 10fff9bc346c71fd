"""Open a file with its map as a source of readings."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from streams.configuration.files import Misconfigured
from streams.tools.importing import dictionary, ocel, xes
from streams.tools.importing.dictionary import normalize_header
from streams.tools.importing.event_log import Trace
from streams.tools.importing.interview_panels import interviewers_by_interview
from streams.tools.importing.kinds import ALLOWED_VALUES, KINDS_BY_NAME, LOG
from streams.tools.importing.log_events import Activities, trace_readings
from streams.tools.importing.map_file import Map
from streams.tools.importing.readings import Reading, deduplicate
from streams.tools.importing.recognise import recognise
from streams.tools.importing.row import Layout, RowReader
from streams.tools.importing.table import SourceTable, open_table

XES, OCEL, TABLE = (".xes", ".xes.gz"), (".jsonocel", ".json"), (".csv", ".tsv", ".txt")


@dataclass(frozen=True, kw_only=True)
class ImportSource:
    """A file to import: `mode` is the ingestmode of its events, `columns` the headers or attributes read, by field.

    Each call of `readings` starts from the beginning.
    """

    path: Path
    kind: str
    mode: str
    zone: ZoneInfo
    columns: Mapping[str, str]
    readings: Callable[[], Iterator[Reading]]


def open_source(path: Path, import_map: Map | None, timezone: str) -> ImportSource:
    """The file as described by its map or its headers; `timezone` is the tenant's. Raises Misconfigured, Unreadable."""
    zone = ZoneInfo((import_map and import_map.timezone) or timezone)
    if is_log(path):
        return _log_source(path, import_map, zone)
    table = open_table(path, None if import_map is None else import_map.encoding)
    table_map = map_from_headers(table) if import_map is None else import_map
    if table_map.kind == LOG:
        msg = f"{path} is a table, but its map is for a log"
        raise Misconfigured(msg)
    layout = _layout(zone, table_map.columns, table_map)
    indexes = _column_indexes(table, table_map)
    return ImportSource(
        path=path,
        kind=table_map.kind,
        mode="csv",
        zone=zone,
        columns=table_map.columns,
        readings=lambda: deduplicate(_table_readings(table, table_map, layout, indexes)),
    )


def is_log(path: Path) -> bool:
    """Whether the file name is that of an event log; raise Misconfigured if it is neither a log nor a table."""
    name = path.name.casefold()
    if not path.is_file():
        msg = f"no file {path}"
        raise Misconfigured(msg)
    if name.endswith((*XES, *OCEL)):
        return True
    if name.endswith(TABLE):
        return False
    suffixes = ", ".join((*TABLE, *XES, *OCEL))
    msg = f"{path} is none of {suffixes}; save spreadsheets as CSV"
    raise Misconfigured(msg)


def traces(path: Path, roles: dict[str, str]) -> Iterator[Trace]:
    """The traces of a log in either format; `roles` are the object types of an OCEL log."""
    if path.name.casefold().endswith(XES):
        yield from xes.traces(path)
    else:
        yield from ocel.traces(ocel.load(path), roles)


def map_from_headers(table: SourceTable) -> Map:
    """A map derived from the headers alone; raise Misconfigured if they do not suffice."""
    recognised_table = recognise(table)
    if recognised_table.kind is None:
        msg = (
            f"the headers of {table.path} do not determine its kind; draft a map with "
            "`hirelay import --inspect FILE`, complete it, and pass it with --map"
        )
        raise Misconfigured(msg)
    return Map(kind=recognised_table.kind.name, columns=recognised_table.columns)


def _log_source(path: Path, import_map: Map | None, zone: ZoneInfo) -> ImportSource:
    if import_map is None:
        msg = f"{path} is a log and needs a map; draft one with `hirelay import --inspect FILE`"
        raise Misconfigured(msg)
    if import_map.kind != LOG:
        msg = f"{path} is a log, but its map is for {import_map.kind}"
        raise Misconfigured(msg)
    layout = _layout(zone, import_map.attributes, import_map)
    activities = Activities(
        steps=import_map.activities, attributes=import_map.attributes, layout=layout
    )

    def readings() -> Iterator[Reading]:
        for trace in traces(path, import_map.objects):
            yield from trace_readings(trace, activities)

    return ImportSource(
        path=path,
        kind=LOG,
        mode="backfill",
        zone=zone,
        columns=import_map.attributes,
        readings=lambda: deduplicate(readings()),
    )


def _layout(zone: ZoneInfo, headers: dict[str, str], import_map: Map) -> Layout:
    own, default = import_map.value_mappings(), dictionary.value_mappings()
    value_mappings = {
        name: {**default.get(name, {}), **own.get(name, {})} for name in ALLOWED_VALUES
    }
    return Layout(
        zone=zone, headers=headers, value_mappings=value_mappings, allowed_values=ALLOWED_VALUES
    )


def _column_indexes(table: SourceTable, import_map: Map) -> dict[str, int]:
    """The index of each field's column; raise Misconfigured if it is missing or ambiguous."""
    normalized = [normalize_header(header) for header in table.headers]
    indexes: dict[str, int] = {}
    for name, header in import_map.columns.items():
        matches = [index for index, column in enumerate(table.headers) if column == header.strip()]
        matches = matches or [
            index for index, column in enumerate(normalized) if column == normalize_header(header)
        ]
        if len(matches) != 1:
            count = "no column" if not matches else f"{len(matches)} columns"
            msg = (
                f"{table.path} has {count} {header!r} ({name}); it has: {', '.join(table.headers)}"
            )
            raise Misconfigured(msg)
        indexes[name] = matches[0]
    return indexes


def _table_readings(
    table: SourceTable, import_map: Map, layout: Layout, indexes: dict[str, int]
) -> Iterator[Reading]:
    kind = KINDS_BY_NAME[import_map.kind]
    interviewers = interviewers_by_interview(table, indexes) if kind.name == "interviews" else {}
    for line in table.lines():
        if line.problem is not None:
            yield Reading(line=line.number, problems=(line.problem,))
            continue
        cells = {name: line.cells[index] for name, index in indexes.items()}
        all_interviewers = interviewers.get(cells.get("interview_id", "").strip())
        if all_interviewers:
            cells["interviewers"] = all_interviewers
        row = RowReader(line=line.number, cells={**import_map.constants, **cells}, layout=layout)
        events = kind.to_events(row)
        yield Reading(
            line=line.number,
            events=() if row.problems else tuple(events),
            problems=tuple(row.problems),
        )
