"""Duplicate, late and reordered inserts into ClickHouse change nothing."""

import random
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from schemas.errors import Unavailable
from sinks.clickhouse import migrate as migrations
from sinks.clickhouse.access import ClickHouseAccess
from sinks.clickhouse.client import connect
from sinks.clickhouse.rows import (
    BreachActionRow,
    BreachRow,
    CandidateEvent,
    CellFlush,
    ConnectionCount,
    EpochRow,
    KpiCell,
    KpiDefinition,
    KpiMeasure,
    Quarantined,
    TenantRow,
)
from sinks.clickhouse.writer import TABLES, Writer


def cell(tenant: str, value: int, version: int, partition: int = 0, epoch: int = 0) -> KpiCell:
    """One measure of one cell."""
    day = date(2026, 1, 5)
    return KpiCell(
        epoch, tenant, "total", "all", day, "decision", "hired", partition, value, version
    )


def shown(client: Any, tenant: str) -> int | None:
    """The value that the view shows."""
    rows = client.query(
        "select value from v_cells where tenant = {tenant:String}", parameters={"tenant": tenant}
    ).result_rows
    return rows[0][0] if rows else None


@pytest.mark.parametrize(
    "model",
    [
        *(
            KpiCell,
            CellFlush,
            CandidateEvent,
            Quarantined,
            EpochRow,
            ConnectionCount,
            KpiDefinition,
        ),
        *(KpiMeasure, BreachRow, BreachActionRow, TenantRow),
    ],
)
def test_columns_are_the_fields_of_the_row_model(client: Any, model: Any) -> None:
    """Table and row model have the same columns in the same order."""
    described = client.query(f"describe table {TABLES[model]}").result_rows

    assert list(model._fields) == [row[0] for row in described]


def test_order_and_repetition_of_versions_do_not_matter(client: Any) -> None:
    """Whatever is resent, the newest version of each partition wins and partitions are summed."""
    rows = [
        cell("order", value, version, part)
        for part in (0, 1)
        for version, value in ((3, 1), (7, 5), (9, 2))
    ]
    rng = random.Random(1)
    for number in range(12):
        batch = rng.sample(rows, 3)
        Writer(client).write(batch, f"order-{number}")
    Writer(client).write(rows, "order-all")

    assert shown(client, "order") == 4


def test_a_correction_to_zero_disappears(client: Any) -> None:
    """A value corrected to 0 is not shown."""
    Writer(client).write([cell("zero", 1, 5)], "zero-1")
    Writer(client).write([cell("zero", 0, 6)], "zero-2")

    assert shown(client, "zero") is None


def test_a_late_older_row_changes_nothing(client: Any) -> None:
    """A late row with an older version does not replace a newer one."""
    Writer(client).write([cell("late", 8, 20)], "late-1")
    Writer(client).write([cell("late", 3, 10)], "late-2")

    assert shown(client, "late") == 8


def test_only_the_live_epoch_is_shown(client: Any) -> None:
    """A building epoch is not shown until it becomes live."""
    now = datetime(2026, 1, 5, tzinfo=UTC)
    Writer(client).write([cell("epochs", 1, 5)], "epochs-1")
    Writer(client).write([cell("epochs", 2, 5, epoch=3)], "epochs-2")
    Writer(client).write([EpochRow(3, "building", 2, now, 1)], "epochs-3")
    before = shown(client, "epochs")
    Writer(client).write([EpochRow(3, "live", 2, now, 2)], "epochs-4")
    after = shown(client, "epochs")
    Writer(client).write([EpochRow(3, "retired", 2, now, 3)], "epochs-5")

    assert (before, after) == (1, 2)


def test_numbers_from_before_epochs_are_kept(client: Any) -> None:
    """An older database keeps its numbers when it is migrated, also when a migration is interrupted and repeated."""
    by_number = {migration.name[:4]: migration.sql for migration in migrations.migrations()}
    client.command(by_number["0001"])
    client.command(
        "insert into kpi_cells values ('old', 'total', 'all', '2026-01-05', 'decision', 'hired', 0, 4, 7)"
    )
    for number in ("0008", "0009", "0009", "0012", "0012"):
        client.command(by_number[number])

    assert shown(client, "old") == 4


def test_an_event_archived_twice_is_one_event(client: Any) -> None:
    """The archive shows each accepted event once."""
    now = datetime(2026, 1, 5, tzinfo=UTC)
    event = CandidateEvent(
        "twice",
        "e" * 32,
        "application.created",
        "a1",
        "c",
        "",
        now,
        now,
        False,
        "a1",
        "",
        "",
        "doda",
        "",
        "",
        0,
        1,
        0,
        "{}",
    )
    Writer(client).write([event], "twice-1")
    Writer(client).write([event._replace(src_offset=9)], "twice-2")

    assert client.query("select count() from v_events where tenant = 'twice'").result_rows == [(1,)]


def test_inserts_are_idempotent_without_a_window(client: Any) -> None:
    """A batch that ClickHouse has forgotten is inserted again after newer ones, and changes no cell and no event."""
    alter = "alter table {} modify setting non_replicated_deduplication_window = {}"
    now, tables = datetime(2026, 1, 5, tzinfo=UTC), ("epoch_cells", "candidate_events")
    for table in tables:
        client.command(alter.format(table, 0))
    batches = [
        [cell("forgotten", value, version, part) for part in (0, 1)]
        for version, value in ((5, 3), (6, 4))
    ]
    event = CandidateEvent(
        *("forgotten", "f" * 32, "application.created", "a1", "c", ""),
        *(now, now, False, "a1", "", "", "doda", "", "", 0, 1, 0, "{}"),
    )
    for number in (0, 1, 0, 1, 0):
        Writer(client).write(batches[number], f"forgotten-{number}")
        Writer(client).write([event], "forgotten")
    for table in tables:
        client.command(alter.format(table, 1000))
    events = client.query("select count() from v_events where tenant = 'forgotten'").result_rows

    assert (shown(client, "forgotten"), events) == (8, [(1,)])


def test_an_invalid_url_is_refused(tmp_path: Path) -> None:
    """A URL that is not ClickHouse raises Unavailable instead of a driver error."""
    with pytest.raises(Unavailable, match="neither"):
        connect(ClickHouseAccess(url=f"file://{tmp_path}"))


def test_a_retired_epoch_is_dropped_as_a_whole(client: Any) -> None:
    """Only the rows of the dropped epoch are removed, not those of an epoch with the same number prefix."""
    now = datetime(2026, 1, 5, tzinfo=UTC)
    writer = Writer(client)
    writer.write([cell("drop", n, 1, epoch=n) for n in (71, 711)], "drop-1")
    writer.write([EpochRow(71, "retired", 2, now, 1)], "drop-2")
    writer.drop_epoch(71)
    writer.drop_epoch(71)
    left = client.query("select epoch from epoch_cells where tenant = 'drop'").result_rows

    assert 71 in writer.retired_epochs()
    assert left == [(711,)]
