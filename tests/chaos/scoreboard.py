"""The scoreboard: which fault, under which load, must end how, and what was seen; `make chaos ROWS=R3,R7` selects rows."""

import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import pytest


@dataclass(frozen=True, kw_only=True)
class Row:
    """One fault; `tests` are beginnings of node ids."""

    id: str
    fault: str
    load: str
    expected: str
    tests: tuple[str, ...]


def _row(row_id: str, fault: str, load: str, expected: str, *tests: str) -> Row:
    return Row(id=row_id, fault=fault, load=load, expected=expected, tests=tests)


ROOM = "tests/chaos/"
SPOOL = "tests/ingest/spool/test_spooled_publisher.py::"
FAULTS = "tests/e2e/test_faults.py::"
OUTAGES = "tests/chaos/test_outages.py::"
WORKERS = "tests/chaos/test_workers.py::test_every_partition_moves_on_and_every_cell_is_equal["
EQUAL = "cells equal"

ROWS = (
    _row("R1", "workers killed again and again", "packs", EQUAL, "tests/chaos/test_storm.py::"),
    _row(
        "R2",
        "gateway killed 20 times",
        "webhooks, retried",
        f"{EQUAL}, each once",
        OUTAGES + "test_a_killed_gateway",
    ),
    _row(
        "R3",
        "broker frozen for 60 s",
        "webhooks",
        f"all accepted, {EQUAL}",
        OUTAGES + "test_a_frozen_broker",
    ),
    _row(
        "R4",
        "broker away, spool full",
        "senders",
        "503 and Retry-After",
        SPOOL + "test_a_full_spool_refuses",
        SPOOL + "test_senders_get_success_then_503",
    ),
    _row(
        "R5",
        "ClickHouse away, longer than its window",
        "webhooks; every insert again",
        f"caught up, {EQUAL}",
        OUTAGES + "test_clickhouse_is_away",
        "tests/sinks/test_clickhouse.py::test_inserts_are_idempotent_without_a_window",
    ),
    _row(
        "R6",
        "ClickHouse drops its answer",
        "every insert",
        EQUAL,
        "tests/archive/test_pump.py::test_an_answer_lost_after_every_insert",
    ),
    _row(
        "R7",
        "disk of the spool full, torn or damaged",
        "records",
        "nothing confirmed is lost",
        SPOOL + "test_a_full_disk_refuses_and_recovers",
        "tests/ingest/spool/test_store.py::test_the_spool_is_a_queue_whatever_the_disk_does",
    ),
    _row(
        "R8",
        "worker joins, leaves, is stopped, dies",
        "webhooks",
        f"stall < 20 s, {EQUAL}",
        *(WORKERS + fault for fault in ("join, leave", "SIGTERM", "SIGKILL")),
    ),
    _row(
        "R9",
        "worker frozen for 10, 60, 90 s",
        "webhooks",
        f"stall < 20 s, {EQUAL}",
        WORKERS + "SIGSTOP",
    ),
    _row(
        "R10",
        "clock of the gateway off by an hour",
        "around midnight and changes of time",
        EQUAL,
        "tests/ingest/http/test_skew.py::",
    ),
    _row(
        "R11",
        "poison in topic and webhooks",
        "16 records, 9 bodies",
        f"quarantined, {EQUAL}",
        FAULTS + "test_poison_in_the_topic",
        FAULTS + "test_an_unknown_event_is_quarantined",
    ),
    _row(
        "R12",
        "each delivery ten times",
        "the whole log",
        f"{EQUAL}, no cell written",
        OUTAGES + "test_everything_arrives_ten_times",
    ),
    _row(
        "R13",
        "out of order, twice; roles killed",
        "20 000 webhooks",
        EQUAL,
        "tests/e2e/test_exactness.py::test_every_cell_is_exact",
    ),
    _row(
        "R14",
        "the topic is read from offset 0",
        "the whole log",
        f"{EQUAL}; kill -9 harmless",
        "tests/e2e/test_replay.py::",
        "tests/chaos/test_replay.py::",
        "tests/worker/test_partition_state.py::test_a_replay_of_everything_changes_nothing",
    ),
    _row(
        "R15",
        "forged and changed deliveries",
        "thousands of every vendor",
        "none accepted",
        "tests/security/test_forged_deliveries.py::test_no_forgery",
        "tests/security/test_forged_deliveries.py::test_nothing_forged",
    ),
    _row(
        "R16",
        "large bodies, slow senders",
        "one by one",
        "cut off, nobody waits",
        "tests/ingest/http/test_server.py::test_endless_body",
        "tests/ingest/http/test_server.py::test_slow_body",
        "tests/security/test_cheap_refusals.py::test_no_request_keeps",
    ),
    _row(
        "R17",
        "JSON bombs",
        "9 bodies",
        "never 5xx",
        FAULTS + "test_no_bytes_are_answered_with_a_server_error",
    ),
    _row(
        "R18",
        "a newer gateway writes",
        "packs with unknown fields and types",
        EQUAL,
        OUTAGES + "test_a_newer_gateway",
    ),
    _row(
        "R19",
        "a secret is replaced",
        "8 senders",
        "no valid delivery refused",
        "tests/ingest/http/test_rotation.py::",
    ),
    _row(
        "R20",
        "a person is erased, also interrupted",
        "topics at rest",
        "no byte and no number left",
        "tests/e2e/test_erasure.py::",
    ),
    _row(
        "R21",
        "roles of alerting killed",
        "one incident",
        "one page, one all-clear",
        "tests/e2e/test_alerts.py::test_an_episode_pages_once_despite_crashes",
    ),
    _row(
        "R22",
        "random schedules of all of them",
        "virtual time",
        "0 violations",
        "tests/chaos/test_simulation.py::test_no_schedule",
    ),
    _row("R23", "a destroyed stack", "a backup", EQUAL, "tests/chaos/test_backup.py::"),
    _row(
        "R24",
        "ClickHouse lost or older, a store damaged",
        "deliveries between",
        f"filled from Kafka, {EQUAL}",
        "tests/e2e/test_rebuild.py::",
        "tests/chaos/test_rebuild.py::",
    ),
)


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
