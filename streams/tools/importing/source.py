"""Open a file with its map as a source of readings."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from schemas.tenants.milestones import normalize_name
from streams.configuration.files import Misconfigured
from streams.tools.importing import dictionary, ocel, xes
from streams.tools.importing.event_log import Trace
from streams.tools.importing.kinds import ALLOWED_VALUES, LOG
from streams.tools.importing.log_events import Activities, trace_readings
from streams.tools.importing.map_file import Map, StepColumns
from streams.tools.importing.readings import Reading
from streams.tools.importing.recognise import TAXED_REASON, Recognised, is_aggregate, recognise
from streams.tools.importing.row import Layout
from streams.tools.importing.table import WORKBOOK, SourceTable, TableOptions, open_table
from streams.tools.importing.table_rows import table_readings, with_columns

XES, OCEL = (".xes", ".xes.gz"), (".jsonocel", ".json", ".sqlite", ".sqlite3", ".db")
TABLE = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz", *WORKBOOK)


@dataclass(frozen=True, kw_only=True)
class ImportScope:
    """Where the file belongs: its index in the run, the connection, the tenant's day, and stages that are endings.

    `endings` are normalized names of stages and who ends an application there, by the rules of the connection.
    """

    file: int = 0
    connection: str = ""
    today: date = date.max
    endings: Mapping[str, str] = field(default_factory=dict)
    sheet: str | None = None


@dataclass(frozen=True, kw_only=True)
class ImportSource:
    """A file to import: `mode` is the ingestmode of its events, `columns` the headers or attributes read, by field.

    `unread` are the headers that are not read, `days` those whose times are all midnight, so that they are read as days. Each call of `readings` starts from the beginning.
    """

    path: Path
    kind: str
    mode: str
    zone: ZoneInfo
    columns: Mapping[str, str]
    readings: Callable[[], Iterator[Reading]]
    unread: tuple[str, ...] = ()
    header_line: int = 1
    encoding: str = ""
    days: tuple[str, ...] = ()


def open_source(
    path: Path, import_map: Map | None, timezone: str, scope: ImportScope | None = None
) -> ImportSource:
    """The file as described by its map or its headers; `timezone` is the tenant's. Raises Misconfigured, Unreadable."""
    zone = ZoneInfo((import_map and import_map.timezone) or timezone)
    scope = scope or ImportScope()
    if is_log(path):
        return _log_source(path, import_map, zone, scope)
    table = open_table(path, _options(import_map, scope))
    table_map = map_from_headers(table) if import_map is None else import_map
    if table_map.kind == LOG:
        msg = f"{path} is a table, but its map is for a log"
        raise Misconfigured(msg)
    layout = with_columns(
        _layout(zone, table_map.all_columns(), table_map, scope), table, table_map
    )
    read = set(table_map.all_columns().values())
    return ImportSource(
        path=path,
        kind=table_map.kind,
        mode="csv",
        zone=zone,
        columns=table_map.all_columns(),
        readings=lambda: table_readings(table, table_map, layout),
        unread=tuple(header for header in table.headers if header and header not in read),
        header_line=table.header_line,
        encoding=table.encoding,
        days=tuple(sorted(table_map.all_columns()[name] for name in layout.days)),
    )


def _options(import_map: Map | None, scope: ImportScope) -> TableOptions:
    if import_map is None:
        return TableOptions(sheet=scope.sheet)
    return TableOptions(
        encoding=import_map.encoding,
        sheet=scope.sheet or import_map.sheet,
        headers=tuple(import_map.all_columns().values()),
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
    msg = f"{path} is none of {suffixes}; save spreadsheets as .xlsx or CSV"
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
    if recognised_table.kind is None and is_aggregate(table):
        msg = (
            f"{table.path} counts applications instead of listing them: numbers per channel or month cannot be taken apart "
            "again. Export one row per application, with its id and its dates"
        )
        raise Misconfigured(msg)
    if recognised_table.kind is None:
        reasons = [
            f"{header} {reason}"
            for header, reason in recognised_table.skipped.items()
            if reason.startswith("looks like") or reason == TAXED_REASON
        ]
        because = f" ({'; '.join(reasons)})" if reasons else ""
        msg = (
            f"the headers of {table.path} do not determine its kind{because}; draft a map with "
            "`hirelay import --inspect FILE`, complete it, and pass it with --map"
        )
        raise Misconfigured(msg)
    return to_map(recognised_table)


def to_map(recognised: Recognised) -> Map:
    """The map of a table whose kind is recognised."""
    return Map(
        kind="" if recognised.kind is None else recognised.kind.name,
        columns=recognised.columns,
        times=recognised.times,
        units=recognised.units,
        steps=tuple(StepColumns(stage=stage, **parts) for stage, parts in recognised.steps.items()),
    )


def _log_source(
    path: Path, import_map: Map | None, zone: ZoneInfo, scope: ImportScope
) -> ImportSource:
    if import_map is None:
        msg = f"{path} is a log and needs a map; draft one with `hirelay import --inspect FILE`"
        raise Misconfigured(msg)
    if import_map.kind != LOG:
        msg = f"{path} is a log, but its map is for {import_map.kind}"
        raise Misconfigured(msg)
    layout = _layout(zone, import_map.attributes, import_map, scope)
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
        readings=readings,
    )


def _layout(zone: ZoneInfo, headers: dict[str, str], import_map: Map, scope: ImportScope) -> Layout:
    own, default = import_map.value_mappings(), dictionary.value_mappings()
    value_mappings = {
        name: {**default.get(name, {}), **own.get(name, {})} for name in ALLOWED_VALUES
    }
    endings = {normalize_name(name): party for name, party in import_map.stages.items()}
    return Layout(
        zone=zone,
        headers=headers,
        value_mappings=value_mappings,
        allowed_values=ALLOWED_VALUES,
        units=import_map.units,
        tax=import_map.tax,
        endings={**scope.endings, **endings},
        today=scope.today,
        file=scope.file,
        connection=scope.connection,
    )
