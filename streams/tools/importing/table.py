"""Open a table, text or workbook, and yield its rows with their line numbers."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from schemas.errors import Malformed
from streams.configuration.files import Misconfigured
from streams.tools.importing.files import encodings
from streams.tools.importing.files.header_row import HeaderRow, find_header, read_rows
from streams.tools.importing.files.workbook import find_sheet, sheet_rows
from streams.tools.importing.refusals import RowProblem, row_problem

WORKBOOK = (".xlsx", ".xlsm")


@dataclass(frozen=True, kw_only=True)
class TableLine:
    """One row of cells, or the problem that prevents reading it; `number` is the file line on which it begins."""

    number: int
    cells: tuple[str, ...] = ()
    problem: RowProblem | None = None


@dataclass(frozen=True, kw_only=True)
class SourceTable:
    """An opened table: path, encoding, delimiter and headers; of a workbook, the sheet."""

    path: Path
    encoding: str
    delimiter: str
    headers: tuple[str, ...]
    header_line: int = 1
    sheet: str | None = None

    def lines(self) -> Iterator[TableLine]:
        """Every row after the header; empty lines are skipped."""
        width = len(self.headers)
        for number, cells in self._rows():
            if number <= self.header_line:
                continue
            if isinstance(cells, csv.Error):
                yield _refused(number, "not_csv")
            elif len(cells) == width and cells[0]:
                yield TableLine(number=number, cells=tuple(cells))
            elif any(cell.strip() for cell in cells):
                yield self._line(number, cells)

    def _rows(self) -> Iterator[tuple[int, list[str] | csv.Error]]:
        if self.sheet is not None:
            yield from sheet_rows(self.path, self.sheet)
        else:
            yield from read_rows(self.path, self.encoding, self.delimiter)

    def _line(self, number: int, cells: list[str]) -> TableLine:
        width = len(self.headers)
        if not any(cell.strip() for cell in cells[width:]):
            cells = cells[:width]  # spreadsheets pad rows with delimiters of deleted columns
        if self.sheet is not None and len(cells) < width:
            cells += [""] * (width - len(cells))
        if len(cells) != width:
            return _refused(number, "cells", f"{len(cells)}|{width}")
        return TableLine(number=number, cells=tuple(cells))


@dataclass(frozen=True, kw_only=True)
class TableOptions:
    """What a map or an option says about the file: its encoding, its sheet, and the headers that it must have."""

    encoding: str | None = None
    sheet: str | None = None
    headers: tuple[str, ...] = ()


def open_table(path: Path, options: TableOptions | None = None) -> SourceTable:
    """The table in `path`; raise Misconfigured if it cannot be read or has no header."""
    options = options or TableOptions()
    if path.suffix.casefold() in WORKBOOK:
        sheet, header = find_sheet(path, options.sheet, options.headers)
        return _table(path, "xlsx", header, sheet)
    encoding = options.encoding or encodings.detect_encoding(path)
    if options.encoding is not None:
        encodings.check_encoding(path, encoding)
    return _table(path, encoding, find_header(path, encoding, options.headers), None)


def _table(path: Path, encoding: str, header: HeaderRow | None, sheet: str | None) -> SourceTable:
    if header is None or not any(header.cells):
        msg = f"{path} has no row of headers, or it cannot be split into cells"
        raise Misconfigured(msg)
    return SourceTable(
        path=path,
        encoding=encoding,
        delimiter=header.delimiter,
        headers=header.cells,
        header_line=header.line,
        sheet=sheet,
    )


def _refused(number: int, reason: str, detail: str = "") -> TableLine:
    return TableLine(number=number, problem=row_problem(number, "row", Malformed(reason, detail)))
