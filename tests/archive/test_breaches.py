"""The archive shows each breach once, in its current state."""

from typing import Any

from schemas.kafka.topics import KPI_BREACHES
from sinks.clickhouse.writer import Writer
from streams.archive.rows import RecordPosition, breach_rows
from tests.schemas.alerting import test_service_levels
from tests.schemas.alerting.test_reconcile import FIRST, bad, breaches_after, good


def test_the_newest_record_of_a_breach_wins(client: Any) -> None:
    """Opened, updated and resolved records are one row on the board, with name and evidence."""
    opened = breaches_after(bad(0), FIRST)
    ended = breaches_after(bad(0) | good(1), FIRST + 1, opened)
    writer = Writer(client)
    for offset, breach in reversed([*enumerate([*opened, *ended])]):
        record = breach.model_dump_json().encode()
        writer.write(
            breach_rows(RecordPosition(KPI_BREACHES.name, 0, offset), record), f"b-{offset}"
        )
    rows = client.query(
        "select state, ending, active, ja, n, value, until from v_breaches where tenant = 'acme' and id = {id:String}",
        parameters={"id": opened[0].id},
    ).result_rows

    assert [row[:5] for row in rows] == [("resolved", "recovered", 0, "書類通過率", 240)]
    assert round(rows[0][5], 3) == 0.833


def test_a_service_level_breach_counts_overdue_cases(client: Any) -> None:
    """The value of a service level breach is a number of cases, and its name contains the number of days."""
    (waits,) = test_service_levels.breaches_after([(0, None)], 9)
    Writer(client).write(
        breach_rows(RecordPosition(KPI_BREACHES.name, 0, 0), waits.model_dump_json().encode()),
        "waits",
    )
    rows = client.query(
        "select limit_days, unit, value, n, en from v_breaches where id = {id:String}",
        parameters={"id": waits.id},
    ).result_rows

    assert rows == [(2, "count", 1, 1, "Days in screening > 2 d")]
