"""The scoreboard: which fault, under which load, must end how, and what was seen; `make chaos ROWS=R3,R7` selects rows."""

import sys
from collections import defaultdict
from collections.abc import Iterable

import pytest

from tests.chaos.rows import ROWS, Row

ROOM = "tests/chaos/"


class Board:
    """Collects the outcome of every test, and what it says it has seen."""

    def __init__(self) -> None:
        """Begin without outcomes."""
        self._seen: dict[str, list[str]] = defaultdict(list)
        self._failed: dict[str, str] = {}
        self._passed: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the report of a phase of a test."""
        if report.failed:
            lines = report.longreprtext.strip().splitlines()
            errors = [line[1:].strip() for line in lines if line.startswith("E ")]
            self._failed[report.nodeid] = (errors or lines)[0][:160]
        elif report.skipped:
            self._failed[report.nodeid] = "skipped"
        elif report.when == "call":
            self._passed.add(report.nodeid)
        if report.when == "teardown":
            self._seen[report.nodeid] += [
                str(text) for name, text in report.user_properties if name == "seen"
            ]

    def result(self, row: Row) -> str:
        """Return what was seen of a row."""
        names = [
            name
            for name in sorted(self._passed | self._failed.keys())
            if name.startswith(row.tests)
        ]
        failures = [self._failed[name] for name in names if name in self._failed]
        if failures or not names:
            return "FAILED: " + (failures[0] if failures else "did not run")
        texts = [text for name in names for text in self._seen[name]]
        return "; ".join(texts) or f"as expected ({len(names)} tests)"


def selected(text: str) -> list[Row]:
    """Return the rows of `R3,R7`, all of an empty text; exit when one does not exist."""
    ids = [row_id.strip().upper() for row_id in text.split(",") if row_id.strip()]
    unknown = set(ids) - {row.id for row in ROWS}
    if unknown:
        sys.exit(f"no such rows: {', '.join(sorted(unknown))}; there are R1 to {ROWS[-1].id}")
    return [row for row in ROWS if not ids or row.id in ids]


def sessions(rows: Iterable[Row]) -> list[list[str]]:
    """Return the files of each session of tests: those of one room share a stack, and two stacks at once a busy machine."""
    files = sorted({test.partition("::")[0] for row in rows for test in row.tests})
    rooms = [
        [file for file in files if file.startswith(ROOM) == is_here] for is_here in (False, True)
    ]
    return [room for room in rooms if room]


def as_table(lines: list[tuple[str, ...]]) -> str:
    """Return lines of cells as aligned text."""
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def main(text: str, arguments: list[str]) -> int:
    """Run the tests of the selected rows and print the table; return 1 when one of them failed."""
    rows, board = selected(text), Board()
    selection = Selection(tuple(test for row in rows for test in row.tests))
    status = 0
    for files in sessions(rows):
        status = max(status, pytest.main([*files, "-q", *arguments], plugins=[board, selection]))
        if status == pytest.ExitCode.INTERRUPTED:
            break
    head = ("id", "fault", "load", "expected", "seen")
    lines = [(row.id, row.fault, row.load, row.expected, board.result(row)) for row in rows]
    print("\n" + as_table([head, *lines]))
    return int(status)


class Selection:
    """Deselects the tests that no selected row names."""

    def __init__(self, beginnings: tuple[str, ...]) -> None:
        """Keep tests whose node id begins so."""
        self._beginnings = beginnings

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep only these."""
        items[:] = [item for item in items if item.nodeid.startswith(self._beginnings)]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "", sys.argv[2:]))
