"""Read a table: detect its encoding and delimiter, and yield its rows with their line numbers."""

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from schemas.errors import Malformed
from streams.configuration.files import Misconfigured
from streams.tools.importing.refusals import RowProblem, row_problem

CHUNK = 1 << 20
ENCODING_BY_BOM = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, kw_only=True)
class TableLine:
    """One row of cells, or the problem that prevents reading it; `number` is the file line on which it begins."""

    number: int
    cells: tuple[str, ...] = ()
    problem: RowProblem | None = None


@dataclass(frozen=True, kw_only=True)
class SourceTable:
    """An opened table: path, encoding, delimiter and headers."""

    path: Path
    encoding: str
    delimiter: str
    headers: tuple[str, ...]

    def lines(self) -> Iterator[TableLine]:
        """Every row after the header; empty lines are skipped."""
        with self.path.open(encoding=self.encoding, newline="") as file:
            reader = csv.reader(file, delimiter=self.delimiter, strict=True)
            next_line = 1
            while True:
                try:
                    cells = next(reader, None)
                except csv.Error:
                    yield _refused(next_line, "not_csv")
                    next_line = reader.line_num + 1
                    continue
                if cells is None:
                    return
                number, next_line = next_line, reader.line_num + 1
                if number == 1 or not any(cell.strip() for cell in cells):
                    continue
                yield self._line(number, cells)

    def _line(self, number: int, cells: list[str]) -> TableLine:
        width = len(self.headers)
        if not any(cell.strip() for cell in cells[width:]):
            cells = cells[:width]  # spreadsheets pad rows with delimiters of deleted columns
        if len(cells) != width:
            return _refused(number, "cells", f"{len(cells)}|{width}")
        return TableLine(number=number, cells=tuple(cells))


def open_table(path: Path, encoding: str | None = None) -> SourceTable:
    """The table in `path`; raise Misconfigured if its bytes are not text or it has no header."""
    encoding = encoding or _detect_encoding(path)
    _check_encoding(path, encoding)
    headers_by_delimiter = {mark: _header(path, encoding, mark) for mark in (",", "\t")}
    delimiter = max(headers_by_delimiter, key=lambda mark: len(headers_by_delimiter[mark]))
    headers = headers_by_delimiter[delimiter]
    if not any(header.strip() for header in headers):
        msg = f"{path} has no header on its first line, or it cannot be split into cells"
        raise Misconfigured(msg)
    tidy = tuple(header.strip().removeprefix("\ufeff") for header in headers)
    return SourceTable(path=path, encoding=encoding, delimiter=delimiter, headers=tidy)


def _header(path: Path, encoding: str, delimiter: str) -> list[str]:
    """The cells of the first row; empty if it cannot be split with that delimiter."""
    with path.open(encoding=encoding, newline="") as file:
        try:
            return next(csv.reader(file, delimiter=delimiter, strict=True), [])
        except csv.Error:
            return []


def _detect_encoding(path: Path) -> str:
    """From the byte order mark, else UTF-8 if the whole file is valid UTF-8, else CP932, the default of Japanese spreadsheets."""
    with path.open("rb") as file:
        head = file.read(4)
    bom_encoding = next((name for mark, name in ENCODING_BY_BOM if head.startswith(mark)), None)
    if bom_encoding is not None:
        return bom_encoding
    try:
        _check_encoding(path, "utf-8")
    except Misconfigured:
        return "cp932"
    return "utf-8"


def _check_encoding(path: Path, encoding: str) -> None:
    decoder, line = codecs.getincrementaldecoder(encoding)(), 1
    with path.open("rb") as file:
        try:
            while chunk := file.read(CHUNK):
                line += decoder.decode(chunk).count("\n")
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            bad_line = line + bytes(error.object[: error.start]).count(b"\n")
            msg = f"{path}: line {bad_line} is not {encoding}; save the table as UTF-8, or set `encoding` in the map"
            raise Misconfigured(msg) from error


def _refused(number: int, reason: str, detail: str = "") -> TableLine:
    return TableLine(number=number, problem=row_problem(number, "row", Malformed(reason, detail)))
