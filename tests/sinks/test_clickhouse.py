"""ClickHouse holds absolute rows: doubled, late and reordered inserts change nothing."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from schemas.errors import Malformed, Unavailable
from schemas.rows import CandidateEvent, KpiCell, Quarantined
from sinks.clickhouse import migrate as migrations
from sinks.clickhouse.client import connect
from sinks.clickhouse.writer import TABLES, Writer

FROZEN = {
    "0001_kpi_cells.sql": "25b6c139b72388966b16718ee23541699e33fb6cd68a0e8bf5596ffef49fafa2",
    "0002_candidate_events.sql": "5eab8d148bb7da3490df9516175c4cf6bfdaf11d4098bea94fe84ad41c22bd41",
    "0003_quarantined.sql": "1b5ec89f87d0a4e6a7b68b4437c2837c8a7eb2c179a91a4e8fd2adfc909d66d1",
    "0004_v_cells.sql": "c2736581c1248c660933334dd324fb4965441c1ba7d476794600e1abb5878acb",
    "0005_v_events.sql": "7fe4658ac3db17e94d7afd2ee20f7a6b2670d6ecfb29cf4ecbb0447ad1e5bd42",
    "0006_v_quarantined.sql": "4631301ddf3885d1e510a2b9030e9584a87d9a242eb01756b1d87cc5ce3fb054",
}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The real engine in a directory of its own, migrated."""
    client = connect(f"chdb://{tmp_path_factory.mktemp('clickhouse')}")
    migrations.migrate(client)
    yield client
    client.close()


def cell(tenant: str, value: int, version: int, partition: int = 0) -> KpiCell:
    """One measure of one cell."""
    return KpiCell(
        tenant, "total", "all", date(2026, 1, 5), "decision", "hired", partition, value, version
    )


def shown(client: Any, tenant: str) -> int | None:
    """What a reader sees."""
    rows = client.query(
        "select value from v_cells where tenant = {tenant:String}", parameters={"tenant": tenant}
    ).result_rows
    return rows[0][0] if rows else None


def test_applied_migrations_never_change() -> None:
    """A migration that has shipped is frozen; mend forward with a new one."""
    assert {each.name: each.checksum for each in migrations.migrations()} == FROZEN


def test_migrating_twice_applies_once(client: Any) -> None:
    """Every start may migrate."""
    assert migrations.migrate(client) == []


def test_a_changed_migration_is_refused(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database is never silently other than its history says."""
    changed = migrations.Migration(name="0001_kpi_cells.sql", sql="select 1")
    monkeypatch.setattr(migrations, "migrations", lambda: [changed])

    with pytest.raises(Malformed, match="0001_kpi_cells"):
        migrations.migrate(client)


@pytest.mark.parametrize("model", [KpiCell, CandidateEvent, Quarantined])
def test_columns_are_the_fields_of_the_row_model(client: Any, model: Any) -> None:
    """The table and the model say the same, in the same order."""
    described = client.query(f"describe table {TABLES[model]}").result_rows

    assert list(model._fields) == [row[0] for row in described]


def test_any_order_and_repetition_of_versions_ends_alike(client: Any) -> None:
    """Whatever is resent, the newest version of each writer stands and writers add up."""
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
    """A hire that was undone is not shown as 0 hires of nobody."""
    Writer(client).write([cell("zero", 1, 5)], "zero-1")
    Writer(client).write([cell("zero", 0, 6)], "zero-2")

    assert shown(client, "zero") is None


def test_an_older_row_that_comes_late_changes_nothing(client: Any) -> None:
    """A slow writer cannot bring back old numbers."""
    Writer(client).write([cell("late", 8, 20)], "late-1")
    Writer(client).write([cell("late", 3, 10)], "late-2")

    assert shown(client, "late") == 8


def test_an_event_archived_twice_is_one_event(client: Any) -> None:
    """The archive holds each accepted event once."""
    now = datetime(2026, 1, 5, tzinfo=UTC)
    event = CandidateEvent(
        "twice",
        "e" * 32,
        "application.created",
        "a1",
        "c",
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


def test_a_second_owner_of_the_directory_is_told(tmp_path: Path) -> None:
    """A setting that is no ClickHouse is refused with words, not with a traceback of the driver."""
    with pytest.raises(Unavailable, match="neither"):
        connect(f"file://{tmp_path}")
