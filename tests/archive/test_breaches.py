"""The archive of breaches holds each once, as it is now."""

from typing import Any

from schemas.kafka.topics import KPI_BREACHES
from sinks.clickhouse.writer import Writer
from streams.archive.rows import RecordPosition, breach_rows
from tests.schemas.alerting import test_service_levels
from tests.schemas.alerting.test_reconcile import FIRST, bad, good, told


def test_the_newest_record_of_a_breach_stands(client: Any) -> None:
    """Opened, updated and resolved are one row of the board, with its name and its evidence."""
    opened = told(bad(0), FIRST)
    ended = told(bad(0) | good(1), FIRST + 1, opened)
    writer = Writer(client)
    for offset, each in reversed([*enumerate([*opened, *ended])]):
        record = each.model_dump_json().encode()
        writer.write(
            breach_rows(RecordPosition(KPI_BREACHES.name, 0, offset), record), f"b-{offset}"
        )
    found = client.query(
        "select state, ending, active, ja, n, value, until from v_breaches where tenant = 'acme' and id = {id:String}",
        parameters={"id": opened[0].id},
    ).result_rows

    assert [row[:5] for row in found] == [("resolved", "recovered", 0, "書類通過率", 240)]
    assert round(found[0][5], 3) == 0.833


def test_a_service_level_counts_who_waits_too_long(client: Any) -> None:
    """Its value is a number of cases, and its name says of how many days."""
    (waits,) = test_service_levels.told([(0, None)], 9)
    Writer(client).write(
        breach_rows(RecordPosition(KPI_BREACHES.name, 0, 0), waits.model_dump_json().encode()),
        "waits",
    )
    found = client.query(
        "select limit_days, unit, value, n, en from v_breaches where id = {id:String}",
        parameters={"id": waits.id},
    ).result_rows

    assert found == [(2, "count", 1, 1, "Days in screening > 2 d")]
