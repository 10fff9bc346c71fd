"""Find the row with the headers: below a title, and whatever separates the cells."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from streams.tools.importing import dictionary, step_columns
from streams.tools.importing.dictionary import normalize_header
from streams.tools.importing.files.encodings import open_text

DELIMITERS = (",", "\t", ";", "|")
MAX_ROWS = 30  # looked at: a title, the day of the export, conditions of the search
MIN_HEADERS = 2  # recognised headers that make a row below the first one the header
SEP = "sep="  # the first line of a table that says what separates its cells


@dataclass(frozen=True, kw_only=True)
class HeaderRow:
    """The headers, the line on which they stand, and what separates cells."""

    cells: tuple[str, ...]
    line: int
    delimiter: str = ","


def read_rows(
    path: Path, encoding: str, delimiter: str
) -> Iterator[tuple[int, list[str] | csv.Error]]:
    """The rows with the line on which each begins; an error for a row that cannot be split."""
    with open_text(path, encoding) as file:
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        next_line = 1
        while True:
            cells: list[str] | csv.Error | None
            try:
                cells = next(reader, None)
            except csv.Error as error:
                cells = error
            if cells is None:
                return
            yield next_line, cells
            next_line = reader.line_num + 1


def find_header(path: Path, encoding: str, expected: Iterable[str] = ()) -> HeaderRow | None:
    """The row and delimiter with the most recognised headers, of equal ones the most cells; None if there is none.

    `expected` are the headers that a map names.
    """
    with open_text(path, encoding) as file:
        first = file.readline().strip().lstrip("\ufeff").strip('"')
    stated = first[len(SEP) :][:1] if first.casefold().startswith(SEP) else ""
    names = frozenset(map(normalize_header, expected))
    rows = [
        (HeaderRow(cells=cells, line=line, delimiter=mark), score_row(cells, names))
        for mark in ((stated,) if stated else DELIMITERS)
        for line, cells in _first_rows(path, encoding, mark)
        if not (stated and line == 1)
    ]
    return best_header(rows)


def best_header(rows: Sequence[tuple[HeaderRow, int]]) -> HeaderRow | None:
    """The first row with the highest score, if any is high enough, else the first row split into the most cells."""
    if not rows:
        return None
    row, score = max(rows, key=lambda entry: (entry[1], len(entry[0].cells), -entry[0].line))
    if score >= MIN_HEADERS:
        return row
    first = min(entry[0].line for entry in rows)
    return max((row for row, _ in rows if row.line == first), key=lambda row: len(row.cells))


def _first_rows(path: Path, encoding: str, mark: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    for line, cells in islice(read_rows(path, encoding, mark), MAX_ROWS):
        if not isinstance(cells, csv.Error) and any(cell.strip() for cell in cells):
            yield line, tidy_headers(cells)


def tidy_headers(cells: Sequence[str]) -> tuple[str, ...]:
    """The headers without invisible characters and spaces around them, and without empty ones at the end."""
    tidy = [dictionary.without_invisible(cell).strip() for cell in cells]
    while tidy and not tidy[-1]:
        tidy.pop()
    return tuple(tidy)


def score_row(cells: Sequence[str], expected: frozenset[str]) -> int:
    """How many cells are headers: of the map, else of the dictionary."""
    normalized = {normalize_header(cell) for cell in cells if cell}
    if expected:
        return len(normalized & expected)
    return sum(
        name in dictionary.all_headers() or step_columns.is_step_header(name) for name in normalized
    )
