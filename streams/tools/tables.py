"""Tables for the terminal: a value is never shortened and a number never broken, however narrow the terminal is."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

GAP = 2  # terminal columns between two columns
TITLE_LINES = 3  # a long title is wrapped over up to so many lines before it widens its column
TITLE_WIDTH = 8  # a title may be this wide without being wrapped
PROSE_WIDTH = 16  # narrowest column of text that may wrap
LONGEST_WORD = 40  # a longer word of prose (an address) may be broken
_WORD = re.compile(r"[!-~]+")
# C0 and C1 but line breaks, and the marks that reorder text (UAX #9).
_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")

Cell = str | Text


@dataclass(frozen=True, kw_only=True)
class TableColumn:
    """One column: `numeric` aligns to the right, `prose` may wrap; every other value keeps its line."""

    title: str
    numeric: bool = False
    prose: bool = False


@dataclass(frozen=True, kw_only=True)
class TextTable:
    """A table in one language: a cell per column in each row, a heading above and notes below."""

    columns: Sequence[TableColumn]
    rows: Sequence[Sequence[Cell]]
    title: str = ""
    notes: Sequence[str] = field(default=())
    ruled: bool = False


def print_table(table: TextTable, console: Console) -> None:
    """Print the table; if it is too wide for the terminal, print a block per row, with a line per column."""
    print_heading(table.title, console)
    table = _without_empty_columns(table)
    widths = fit(table, console.width)
    if widths is None:
        _print_blocks(table, console)
    else:
        console.print(_to_rich(table, widths))
    for note in table.notes:
        console.print(Text(note, "dim"))


def _without_empty_columns(table: TextTable) -> TextTable:
    used = [
        n for n in range(len(table.columns)) if n == 0 or any(_plain(row[n]) for row in table.rows)
    ]
    return replace(
        table,
        columns=[table.columns[number] for number in used],
        rows=[[row[number] for number in used] for row in table.rows],
    )


def print_heading(title: str, console: Console) -> None:
    """Print the line above a table."""
    if title:
        console.print(Text(title, "bold"))


def fit(table: TextTable, width: int) -> list[int] | None:
    """Return the width of each column in a terminal of `width` columns; None if the table does not fit."""
    natural = [_natural_width(table, number) for number in range(len(table.columns))]
    smallest = [smallest_width(table, number) for number in range(len(table.columns))]
    room = width - GAP * (len(table.columns) - 1) - 1
    if sum(natural) <= room:
        return natural
    spare = room - sum(smallest)
    if spare < 0:
        return None
    wishes = [most - least for most, least in zip(natural, smallest, strict=True)]
    return [
        least + spare * wish // max(sum(wishes), 1)
        for least, wish in zip(smallest, wishes, strict=True)
    ]


def smallest_width(table: TextTable, number: int) -> int:
    """Return the narrowest width at which no value of the column is broken."""
    title = table.columns[number].title
    heading = max(
        _longest_word(title),
        min(_widest_line(title), TITLE_WIDTH),
        -(-_widest_line(title) // TITLE_LINES),
    )
    cells = [row[number] for row in table.rows]
    if not table.columns[number].prose:
        return max([heading, *(_widest_line(cell) for cell in cells)])
    widest = max((_widest_line(cell) for cell in cells), default=0)
    words = max((_longest_word(cell) for cell in cells), default=0)
    return max(heading, min(widest, max(PROSE_WIDTH, min(words, LONGEST_WORD))))


def _natural_width(table: TextTable, number: int) -> int:
    cells = [table.columns[number].title, *(row[number] for row in table.rows)]
    return max(_widest_line(cell) for cell in cells)


def _widest_line(cell: Cell) -> int:
    return max((cell_len(line) for line in _plain(cell).splitlines()), default=0)


def _longest_word(cell: Cell) -> int:
    """Return the width of the longest word; Japanese may be wrapped between any two characters."""
    return max((len(word) for word in _WORD.findall(_plain(cell))), default=2)


def _plain(cell: Cell) -> str:
    """Return the text without control characters, with which a terminal is told to act; lines stay."""
    return _CONTROLS.sub("", cell if isinstance(cell, str) else cell.plain)


def _to_rich(table: TextTable, widths: Sequence[int]) -> Table:
    # The box divides columns by one space, to which the padding adds the rest of the gap.
    rich = Table(
        box=box.SIMPLE_HEAD, padding=(0, GAP - 1, 0, 0), pad_edge=False, show_edge=False, leading=int(table.ruled)
    )  # fmt: skip
    for column, width in zip(table.columns, widths, strict=True):
        rich.add_column(
            Text(column.title),
            justify="right" if column.numeric else "left",
            width=width,
            overflow="fold",
        )
    for row in table.rows:
        rich.add_row(*(_text(cell) for cell in row))
    return rich


def _text(cell: Cell) -> Text:
    plain = _plain(cell)
    if isinstance(cell, str) or cell.plain != plain:
        return Text(plain)
    return cell


def _print_blocks(table: TextTable, console: Console) -> None:
    """Print each row as its first value and, indented below it, the others with their titles."""
    for number, row in enumerate(table.rows):
        if number:
            console.print()
        first, *others = row
        console.print(Text(_plain(first), "bold"))
        grid = Table.grid(padding=(0, GAP, 0, 0))
        grid.add_column(style="dim", no_wrap=True)
        grid.add_column(overflow="fold")
        for column, cell in zip(table.columns[1:], others, strict=True):
            for title, line in _lines(column, cell):
                grid.add_row(f"  {title}", line)
        console.print(grid)


def _lines(column: TableColumn, cell: Cell) -> Iterator[tuple[str, Text]]:
    """Yield the lines of a cell, each with its line of the title; further lines have none."""
    lines = _text(cell).split("\n")
    titles = column.title.split("\n")
    for number, line in enumerate(lines):
        if line.plain:
            yield titles[number] if number < len(titles) else "", line
