"""The scoreboard names every fault once, and only tests that exist."""

from pathlib import Path

import pytest

from tests.chaos.scoreboard import ROWS, selected

ROOT = Path(__file__).parents[1]


def test_every_row_names_tests_that_exist() -> None:
    """A test that was renamed would leave its row without one."""
    for row in ROWS:
        assert row.tests, row.id
        for test in row.tests:
            path, _, name = test.partition("::")
            assert f"def {name.partition('[')[0]}" in (ROOT / path).read_text(), test


def test_rows_are_selected_by_id() -> None:
    """In the order of the table; an unknown one is an error."""
    assert [row.id for row in selected("r7, R3")] == ["R3", "R7"]
    assert [row.id for row in selected("")] == [f"R{number}" for number in range(1, 25)]
    with pytest.raises(SystemExit, match="no such rows: R99"):
        selected("R99")
