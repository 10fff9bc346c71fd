"""Tables of the terminal never break a value, at any width."""

import io

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from streams.tools.tables import TableColumn, TextTable, fit, print_table

values = st.integers(0, 10**9).map("{:,}".format) | st.sampled_from(
    ["–", "¥1,200,000", "98.4%* (12)"]
)
names = st.sampled_from(
    ["doda", "リクナビNEXT", "Wantedly", "人材紹介会社ABC", "first_interview_rate"]
)
rows = st.lists(st.tuples(names, values, values, values), min_size=1, max_size=5)
titles = st.lists(st.sampled_from(["応募数", "Time to hire", "内定承諾率"]), min_size=3, max_size=3)


def printed(table: TextTable, width: int) -> list[str]:
    """Return the lines on a terminal of that width."""
    console = Console(file=io.StringIO(), width=width)
    print_table(table, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


@given(rows, titles, st.integers(40, 140))
def test_no_value_is_broken_at_any_width(
    cells: list[tuple[str, str, str, str]], heads: list[str], width: int
) -> None:
    """Every name and number stands whole on one line, and no line is wider than the terminal."""
    columns = [
        TableColumn(title="媒体"),
        *(TableColumn(title=head, numeric=True) for head in heads),
    ]
    lines = printed(TextTable(columns=columns, rows=cells), width)

    assert all(any(cell in line for line in lines) for row in cells for cell in row)
    assert max(cell_len(line) for line in lines) <= width


def test_prose_wraps_before_the_table_is_split() -> None:
    """A sentence is wrapped between words while its column is wide enough, and the numbers keep their columns."""
    sentence = "compare the secret with the one that the vendor shows"
    table = TextTable(
        columns=(TableColumn(title="n", numeric=True), TableColumn(title="what to do", prose=True)),
        rows=[("1,234", sentence)],
    )
    lines = printed(table, 40)

    assert fit(table, 40) is not None
    assert " ".join(" ".join(line[7:] for line in lines[2:]).split()) == sentence


def test_a_table_that_is_too_wide_becomes_one_block_per_row() -> None:
    """In a block each line of a cell stands beside its line of the title."""
    columns = (
        TableColumn(title="connection"),
        TableColumn(title="Plan\nTo date"),
        TableColumn(title="note"),
    )
    table = TextTable(columns=columns, rows=[("a" * 30, "≥ 24\n15.9", ""), ("b", "–\n–", "x" * 20)])
    lines = [line.rstrip() for line in printed(table, 40)]

    assert lines[:3] == ["a" * 30, "  Plan     ≥ 24", "  To date  15.9"]
    assert lines[-1] == f"  note     {'x' * 20}"


def test_a_column_without_a_value_is_left_out() -> None:
    """An empty column takes no room."""
    table = TextTable(
        columns=(TableColumn(title="id"), TableColumn(title="problems")), rows=[("a", "")]
    )

    assert "problems" not in "\n".join(printed(table, 80))
