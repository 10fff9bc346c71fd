"""Tests and benches that `make test` leaves out still import, and every row of the scoreboard names some."""

from importlib import import_module
from pathlib import Path

import pytest

from tests.chaos.scoreboard import ROWS, Row

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
