"""Tests and benches that `make test` leaves out still import, and every row of the scoreboard names some."""

from importlib import import_module
from pathlib import Path

import pytest

from tests.chaos.rows import ROWS, Row

ROOT = Path(__file__).parent.parent
LEFT_OUT = sorted(
    path.relative_to(ROOT)
    for room in ("chaos", "bench")
    for path in (ROOT / "tests" / room).glob("test_*.py")
)


def _names(path: Path) -> list[str]:
    return list(vars(import_module(".".join(path.with_suffix("").parts))))


@pytest.mark.parametrize("path", LEFT_OUT, ids=str)
def test_what_other_commands_run_imports(path: Path) -> None:
    """A module that moved is missed here, not in the next run of `make chaos` or `make bench`."""
    assert any(name.startswith("test_") for name in _names(path))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_every_row_has_its_tests(row: Row) -> None:
    """Each beginning of a node id is that of a test."""
    for beginning in row.tests:
        path, _, name = beginning.partition("::")
        function = name.partition("[")[0] or "test_"
        assert any(other.startswith(function) for other in _names(Path(path))), beginning


def _in_make_test(row: Row) -> str:
    left_out = [test.startswith("tests/chaos/") for test in row.tests]
    return "no" if all(left_out) else "part" if any(left_out) else "yes"


def test_the_page_of_faults_shows_every_row() -> None:
    """What each row tries, what must hold, and whether `make test` tries it too is written as it is."""
    page = (ROOT / "deploy" / "faults.md").read_text()
    lines = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| R")]

    assert lines == [
        [row.id, row.fault, row.load, row.expected, _in_make_test(row)] for row in ROWS
    ]
