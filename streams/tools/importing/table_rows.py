"""Read the rows of a table by its map."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from schemas.tenants.milestones import normalize_name
from streams.configuration.files import Misconfigured
from streams.tools.importing import canonical_parts
from streams.tools.importing.date_columns import is_date_field, read_date_columns
from streams.tools.importing.dictionary import normalize_header, without_invisible
from streams.tools.importing.interview_panels import interview_key, interviewers_by_interview
from streams.tools.importing.kinds import KINDS_BY_NAME
from streams.tools.importing.map_file import Map
from streams.tools.importing.readings import Reading
from streams.tools.importing.row import Layout, RowReader, WideStep
from streams.tools.importing.table import SourceTable

TOTAL = re.compile(
    r"(?:総?合計|小計|総計|計|平均|件数|累計|(?:grand )?total|sub ?total|sum|average|count|以上|※.*|\*.*|注.?:.*)"
)


def with_columns(layout: Layout, table: SourceTable, import_map: Map) -> Layout:
    """The layout with how the dates of each column are read, by the map or by its cells."""
    indexes = column_indexes(table, import_map)
    dated = {name: index for name, index in indexes.items() if is_date_field(name)}
    rows = (line.cells for line in table.lines() if line.problem is None)
    steps = tuple(
        WideStep(key=f"step.{number}", stage=step.stage)
        for number, step in enumerate(import_map.steps)
    )
    columns = read_date_columns(rows, dated)
    forms = {**columns.forms, **import_map.dates}
    days = columns.days - import_map.times.keys()
    return replace(layout, forms=forms, steps=steps, days=days)


def table_readings(table: SourceTable, import_map: Map, layout: Layout) -> Iterator[Reading]:
    """The reading of each row."""
    kind, indexes = KINDS_BY_NAME[import_map.kind], column_indexes(table, import_map)
    interviewers = interviewers_by_interview(table, indexes) if kind.name == "interviews" else {}
    for line in table.lines():
        if line.problem is not None:
            problem = replace(line.problem, file=layout.file)
            yield Reading(line=line.number, file=layout.file, problems=(problem,))
            continue
        cells = {name: line.cells[index] for name, index in indexes.items()}
        all_interviewers = interviewers.get(interview_key(cells)) if interviewers else None
        if all_interviewers:
            cells["interviewers"] = all_interviewers
        row = RowReader(line=line.number, cells={**import_map.constants, **cells}, layout=layout)
        if _is_total(line.cells, cells):
            row.refuse("application_id" if "application_id" in cells else "row", "total_row")
        else:
            _note_id(row)
        events = () if row.is_refused else tuple(kind.to_events(row))
        yield Reading(
            line=line.number,
            file=layout.file,
            entity=canonical_parts.application_id(row) if row.problems else "",
            events=() if row.is_refused else events,
            problems=tuple(row.problems),
        )


def _is_total(all_cells: tuple[str, ...], cells: Mapping[str, str]) -> bool:
    """Whether the row sums up or annotates others: it says so where an id would stand, or at its beginning."""
    key = normalize_name(cells.get("application_id", ""))
    if key:
        return TOTAL.fullmatch(key) is not None
    first = next((cell for cell in all_cells if cell.strip()), "")
    return TOTAL.fullmatch(normalize_name(first)) is not None


def _note_id(row: RowReader) -> None:
    """Say that an id is read in another form than the one written."""
    written = without_invisible(row.cells.get("application_id", "")).strip()
    if written.isascii() and not written.startswith("=") and not written.endswith(".0"):
        return
    name = row.id("application_id")
    if name not in {None, written}:
        row.note("application_id", "one_id", f"{written.replace('|', '/')}|{name}")


def column_indexes(table: SourceTable, import_map: Map) -> dict[str, int]:
    """The index of each field's column; raise Misconfigured if it is missing or ambiguous."""
    normalized = [normalize_header(header) for header in table.headers]
    indexes: dict[str, int] = {}
    for name, header in import_map.all_columns().items():
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
