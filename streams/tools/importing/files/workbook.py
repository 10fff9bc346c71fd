"""Read sheets of Excel workbooks (.xlsx) as rows of texts."""

import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from streams.configuration.files import Misconfigured
from streams.tools.importing.dictionary import normalize_header
from streams.tools.importing.files.header_row import (
    MAX_ROWS,
    MIN_HEADERS,
    HeaderRow,
    best_header,
    score_row,
    tidy_headers,
)


def sheet_rows(path: Path, sheet: str) -> Iterator[tuple[int, list[str]]]:
    """The rows of the sheet with their numbers, as in the spreadsheet; formulas are their last values."""
    workbook = _open(path)
    try:
        for number, cells in enumerate(workbook[sheet].iter_rows(values_only=True), start=1):
            yield number, [cell_text(cell) for cell in cells]
    finally:
        workbook.close()


def find_sheet(
    path: Path, sheet: str | None, expected: Iterable[str] = ()
) -> tuple[str, HeaderRow | None]:
    """The sheet and its header row: the one named, the only one, or the only one whose headers are recognised.

    Raises Misconfigured if none or several are.
    """
    names = list(sheet_names(path))
    if sheet is not None and sheet not in names:
        msg = f"{path} has no sheet {sheet!r}; it has: {', '.join(names)}"
        raise Misconfigured(msg)
    wanted_headers = frozenset(map(normalize_header, expected))
    headers = {name: _header(path, name, wanted_headers) for name in ([sheet] if sheet else names)}
    fitting = [name for name, (_, score) in headers.items() if score >= MIN_HEADERS]
    if len(headers) == 1:
        fitting = list(headers)
    if len(fitting) != 1:
        count = "none" if not fitting else f"{len(fitting)}"
        msg = (
            f"{path} has {len(names)} sheets, of which {count} can be recognised; choose one with --sheet or `sheet` in the "
            f"map: {', '.join(fitting or names)}"
        )
        raise Misconfigured(msg)
    return fitting[0], headers[fitting[0]][0]


def sheet_names(path: Path) -> tuple[str, ...]:
    """The names of the sheets; raise Misconfigured if the file is no workbook."""
    workbook = _open(path)
    names = tuple(workbook.sheetnames)
    workbook.close()
    return names


def cell_text(value: object) -> str:
    """The cell as people read it: dates in ISO 8601, whole numbers without decimals."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        has_time = value.time() != time()
        return value.isoformat(" ", "seconds") if has_time else value.date().isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _open(path: Path) -> openpyxl.Workbook:
    try:
        return openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, OSError, ValueError) as error:
        msg = f"{path} is not a workbook that can be read; save it as .xlsx without a password, or as CSV"
        raise Misconfigured(msg) from error


def _header(path: Path, sheet: str, expected: frozenset[str]) -> tuple[HeaderRow | None, int]:
    rows = []
    for line, cells in sheet_rows(path, sheet):
        if line > MAX_ROWS:
            break
        headers = tidy_headers(cells)
        if headers:
            rows.append((HeaderRow(cells=headers, line=line), score_row(headers, expected)))
    return best_header(rows), max((score for _, score in rows), default=0)
