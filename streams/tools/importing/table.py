"""Read a table: its encoding and delimiter are found out, its rows come with the line on which they begin."""

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from schemas.errors import Malformed
from streams.configuration.files import Misconfigured
from streams.tools.importing.refusals import RowProblem, problem

CHUNK = 1 << 20
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, kw_only=True)
class TableLine:
    """One row of cells, or why it has none; `number` is the line in the file on which it begins."""

    number: int
    cells: tuple[str, ...] = ()
    problem: RowProblem | None = None


@dataclass(frozen=True, kw_only=True)
class SourceTable:
    """A table that has been looked at: where it is, how it is written, and its headers as they stand there."""

    path: Path
    encoding: str
    delimiter: str
    headers: tuple[str, ...]

    def lines(self) -> Iterator[TableLine]:
        """Every row after the header; empty lines are passed over."""
        with self.path.open(encoding=self.encoding, newline="") as file:
            reader = csv.reader(file, delimiter=self.delimiter, strict=True)
            begins = 1
            while True:
                try:
                    cells = next(reader, None)
                except csv.Error:
                    yield _refused(begins, "not_csv")
                    begins = reader.line_num + 1
                    continue
                if cells is None:
                    return
                number, begins = begins, reader.line_num + 1
                if number == 1 or not any(cell.strip() for cell in cells):
                    continue
                yield self._line(number, cells)

    def _line(self, number: int, cells: list[str]) -> TableLine:
        wide = len(self.headers)
        if not any(cell.strip() for cell in cells[wide:]):
            cells = cells[
                :wide
            ]  # spreadsheets end rows with delimiters of columns that were once there
        if len(cells) != wide:
            return _refused(number, "cells", f"{len(cells)}|{wide}")
        return TableLine(number=number, cells=tuple(cells))


def look(path: Path, encoding: str | None = None) -> SourceTable:
    """The table in `path`; raise Misconfigured when its bytes are no text or it has no header."""
    encoding = encoding or _encoding(path)
    _decode(path, encoding)
    found = {mark: _header(path, encoding, mark) for mark in (",", "\t")}
    delimiter = max(found, key=lambda mark: len(found[mark]))
    headers = found[delimiter]
    if not any(each.strip() for each in headers):
        msg = f"{path} has no header on its first line, or one that cannot be split into cells"
        raise Misconfigured(msg)
    tidy = tuple(each.strip().removeprefix("\ufeff") for each in headers)
    return SourceTable(path=path, encoding=encoding, delimiter=delimiter, headers=tidy)


def _header(path: Path, encoding: str, delimiter: str) -> list[str]:
    """The cells of the first row, none when it cannot be split so."""
    with path.open(encoding=encoding, newline="") as file:
        try:
            return next(csv.reader(file, delimiter=delimiter, strict=True), [])
        except csv.Error:
            return []


def _encoding(path: Path) -> str:
    """By its byte order mark, else UTF-8 if all of it is, else CP932, which Japanese spreadsheets write."""
    with path.open("rb") as file:
        head = file.read(4)
    marked = next((name for mark, name in MARKS if head.startswith(mark)), None)
    if marked is not None:
        return marked
    try:
        _decode(path, "utf-8")
    except Misconfigured:
        return "cp932"
    return "utf-8"


def _decode(path: Path, encoding: str) -> None:
    decoder, line = codecs.getincrementaldecoder(encoding)(), 1
    with path.open("rb") as file:
        try:
            while chunk := file.read(CHUNK):
                line += decoder.decode(chunk).count("\n")
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            before = line + bytes(error.object[: error.start]).count(b"\n")
            msg = f"{path}: line {before} is not {encoding}; save the table as UTF-8, or set `encoding` in the map"
            raise Misconfigured(msg) from error


def _refused(number: int, reason: str, detail: str = "") -> TableLine:
    return TableLine(number=number, problem=problem(number, "row", Malformed(reason, detail)))
