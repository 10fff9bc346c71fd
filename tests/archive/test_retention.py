"""What has ended leaves ClickHouse, and what has not stays."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from schemas.kafka.retention import FOR_EVER
from sinks.clickhouse.retention import end_audit, end_quarantined
from streams.tools.retention.stored_data import StoredData
from streams.tools.retention.text import as_table

NOW = datetime(2026, 11, 28, 1, 2, 3, tzinfo=UTC)
COLUMNS = ("id", "tenant", "connection", "at")


def test_only_what_a_company_keeps_no_longer_is_removed(client: Any) -> None:
    """Another company's list of the same age stays, and a second removal finds nothing."""
    old, new = NOW - timedelta(days=90, seconds=1), NOW - timedelta(days=89)
    rows = [
        ["r1", "keeps-90", "c", old],
        ["r2", "keeps-90", "c", new],
        ["r3", "keeps-all", "c", old],
    ]
    client.insert("quarantined", rows, column_names=COLUMNS)

    removed = [end_quarantined(client, "keeps-90", NOW - timedelta(days=90)) for _ in range(2)]

    left = client.query("select id from v_quarantined where tenant like 'keeps-%' order by id")
    assert removed == [1, 0]
    assert [id_ for (id_,) in left.result_rows] == ["r2", "r3"]


def test_an_old_audit_log_is_removed_for_all(client: Any) -> None:
    """Records before the instant go, whichever company they concern."""
    names = ("version", "tenant", "at", "who", "action", "subject", "detail")
    rows = [
        [number, "ended", datetime(1999, 1, day, tzinfo=UTC), "x", "erased", "", ""]
        for number, day in ((9001, 1), (9002, 3))
    ]
    client.insert("audit_log", rows, column_names=names)

    assert end_audit(client, datetime(1999, 1, 2, tzinfo=UTC)) == 1


def test_what_is_not_as_configured_is_said() -> None:
    """A broker that keeps more, and rows that should have ended, are noted below the table."""
    topic = StoredData(what="refused deliveries", where="t", how="Kafka", days=7, broker_days=30)
    endless = StoredData(
        what="who did what", where="t", how="Kafka", days=400, broker_days=FOR_EVER
    )
    rows = StoredData(
        what="list", where="t", how="archiver", tenant="acme", days=90, oldest=date(2026, 1, 1),
        is_overdue=True,
    )  # fmt: skip

    table = as_table([topic, endless, rows])

    assert table.rows[2][:4] == ("list", "acme", "90 days", "2026-01-01")
    assert [note.split(" until ")[0].split(";")[0] for note in table.notes] == [
        "Kafka keeps refused deliveries 30 days",
        "Kafka keeps who did what for ever",
        "acme: list should have ended",
    ]
