"""The rows of the scoreboard: which fault, under which load, must end how, and which tests try it."""

from dataclasses import dataclass


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
        "disk of spool or worker full",
        "records; packs",
        f"nothing confirmed is lost, {EQUAL}",
        SPOOL + "test_a_full_disk_refuses_and_recovers",
        "tests/ingest/spool/test_store.py::test_the_spool_is_a_queue_whatever_the_disk_does",
        "tests/chaos/test_full_disk.py::",
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
        "tests/simulation/test_simulation.py::test_no_schedule",
    ),
    _row("R23", "a destroyed stack", "a backup", EQUAL, "tests/chaos/test_backup.py::"),
    _row(
        "R24",
        "ClickHouse lost, older or damaged; a worker's store damaged",
        "deliveries between",
        f"filled from Kafka, {EQUAL}",
        "tests/e2e/test_rebuild.py::",
        "tests/chaos/test_rebuild.py::",
    ),
    _row(
        "R25",
        "workers and archiver killed while boards read",
        "webhooks; ten reads a second",
        "every answer shows one moment",
        "tests/chaos/test_one_moment.py::",
    ),
    _row(
        "R26",
        "an event reaches 5 000 applications; SIGKILL",
        "three such events",
        f"no round over 250 ms, {EQUAL}",
        "tests/chaos/test_fan_out.py::",
    ),
)
