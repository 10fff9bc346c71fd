"""Duplicate, late and reordered inserts into ClickHouse change nothing."""

import random
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from schemas.errors import Malformed, Unavailable
from sinks.clickhouse import migrate as migrations
from sinks.clickhouse.access import ClickHouseAccess
from sinks.clickhouse.client import connect
from sinks.clickhouse.rows import (
    BreachActionRow,
    BreachRow,
    CandidateEvent,
    ConnectionCount,
    EpochRow,
    KpiCell,
    KpiDefinition,
    KpiMeasure,
    Quarantined,
    TenantRow,
)
from sinks.clickhouse.writer import TABLES, Writer

FROZEN = {
    "0001_kpi_cells.sql": "25b6c139b72388966b16718ee23541699e33fb6cd68a0e8bf5596ffef49fafa2",
    "0002_candidate_events.sql": "5eab8d148bb7da3490df9516175c4cf6bfdaf11d4098bea94fe84ad41c22bd41",
    "0003_quarantined.sql": "1b5ec89f87d0a4e6a7b68b4437c2837c8a7eb2c179a91a4e8fd2adfc909d66d1",
    "0004_v_cells.sql": "c2736581c1248c660933334dd324fb4965441c1ba7d476794600e1abb5878acb",
    "0005_v_events.sql": "7fe4658ac3db17e94d7afd2ee20f7a6b2670d6ecfb29cf4ecbb0447ad1e5bd42",
    "0006_v_quarantined.sql": "4631301ddf3885d1e510a2b9030e9584a87d9a242eb01756b1d87cc5ce3fb054",
    "0007_epochs.sql": "8a177cfda60be68e6e68810ecac58e42cdf617b89e9ba910449f39f8be3530f5",
    "0008_epoch_cells.sql": "dcc9564386040ca9e9f79817e571a9dc75b4ec91fbfc2be0b57e12840fd22b96",
    "0009_epoch_cells_filled.sql": "cd084b5a985586dcb3b88ff765f24d8360e7560d3b945d6bac107b7df68e3305",
    "0010_v_epoch_cells.sql": "2fecf3459f6c2065e8c5934c8fcde494820549c470ed62495066b9324e0720a0",
    "0011_v_cells.sql": "994412bb5b6e021cb406fa60e380e00f51a53619ee5e44965f8d105689528331",
    "0012_kpi_cells_gone.sql": "3cca24a8ca63a202e871c4c2820ca5878fcfe3fd2ccd531ba601d2a7cf4a6709",
    "0013_candidate_events_vendorevent.sql": "214030eb47ea14b389a311ad8e0f192841d167ee9794302baa16be3fa97908ae",
    "0014_v_events.sql": "6fc847603863bd70859800f898124095fed5cc19eb784498772e37547c8f8ae2",
    "0015_quarantined_state.sql": "f46a513821a36a6ef5c6a816f5e1bd10ec3835bf620ff0a289e58c11ed686c42",
    "0016_v_quarantined.sql": "ae544b532ca87b23c160fd11ed63e05623489246e542662968517e1c86b40538",
    "0017_connection_counts.sql": "f1004286d0d7cfd97c85c5f203271ab26538ae15d9b7da55349f5952a2e5399d",
    "0018_v_connection_counts.sql": "781dc8f09e8fa57d9ccf27c54ed094676ab905d8e994bc21ac45d6e56abba276",
    "0019_kpi_definitions.sql": "155958b64f2656b188076e74c271d423237a1a7f179aa08423aac56fbb3cafa3",
    "0020_kpi_measures.sql": "60aa6349a4e47be3df80fee61e94beda3b0d60455edb0bb6a7b813c63f8d5021",
    "0021_v_definitions.sql": "a5e4bebf2805de906d11ad434510a545212c1223584a0ec370c7869cbf54af64",
    "0022_v_kpi_series.sql": "401c09182a67ac39b47f804885c54ec6280a6f39f171391e8e064f7fea6d73de",
    "0023_v_kpis.sql": "d3f613c2689f90e150545cd3318ae54388062592ae401176525eff971ffaf8ca",
    "0024_v_life.sql": "af0c2397b3937a66c2f14afc45583c37c66dd04752f1ebe1edeae3e02050f47d",
    "0025_v_duration_kpis.sql": "0a93e347ce71e3bd64f48ad47d075edc2414391ab21d36275dcb9de543b255fb",
    "0026_v_funnel.sql": "092165ff2716c0b3166565fdc64eb8720f00268b079fbaecb6917dff14b7ed17",
    "0027_v_triangle.sql": "207543200379549d9273d4704be2ba19b9f7fc7392998ed0ae3b23e43867addf",
    "0028_v_interviewers.sql": "175e4d4d09fc4de56fecb16337af89ad1d5781e3235555314c7b4d93bce838dd",
    "0029_v_pipeline.sql": "0cbbbf750b526a111739316c6c7910ca33a663a2a7a9bbf336f8d2d317726c4c",
    "0030_v_costs.sql": "5d4e5548191c5a57d5b550c0ff0df34c0006a0bc80a702b5992050cc5c3b852a",
    "0031_v_bottleneck.sql": "e9d939f6597755e8410eb1d7538f0b83077eb51e2825a9db839b3a9a71f88cd2",
    "0032_v_what_if.sql": "6c5952d4beb8634a11ad2b3acd3fb84e0c79beed0e7a6af7b86b7ec884225aab",
    "0033_v_cells.sql": "ea6ef1dc8153183e7cb80a39ba99a6ad1fd30a7dbf12682db0d4dbb765cf5e0a",
    "0034_targets.sql": "96eda1d9cf28c2b024ffd8e9ded97104e43bf58e0a7713db736be58db8c0d57f",
    "0035_v_plan.sql": "59d74e55870eefa812443a6fcf26592616cca4635a4bf855eba40fd92621c852",
    "0036_v_freshness.sql": "b36ae961926ff6281cd28b605087df866ee1e4ab4089a95b4714f6f132613245",
    "0037_breaches.sql": "30f0d2a0440bb70d61079ce874889182af86bf931213a978393db581527061ca",
    "0038_v_breaches.sql": "641451e296ee956406d8d749d5769e07a8d29584a3472356049ae59bdc70d901",
    "0039_v_pipeline.sql": "2a97eaadcfa2597559bc859f051b0d3fa593ccb7c4dba74dc5ab6e0380570bac",
    "0040_v_bottleneck.sql": "5abe8d8559b0014d83a805422f2134a8588b1afbb6432e29063a95bfc0751ca9",
    "0041_breach_actions.sql": "c7ccf5db3bb3e8354db1b91772e0bb90dc350b4a34969c930c970a2d0193f74e",
    "0042_v_breaches.sql": "b2de8d29730fed051cd9fbf73cf6362ae6888a77557bd76f6415d5cd4afa039a",
    "0043_v_breach_actions.sql": "c864dab0bed9a26c2ffd404a03bfb9f75e66074f64afa89c35041ae6a47321a0",
    "0044_v_freshness.sql": "1a74591febfc0a2e8bcae8840102937b0b6fb12e6ecf001b59a0df07a87338c5",
    "0045_tenants.sql": "108cdfcf20467f579b55616f96c6c1f55f047dc7a8ca95c4f085d702eac67ab7",
    "0046_v_tenants.sql": "a3911d1be32074a5871cabff71bedef7f9cd830620dec438978839d8bf0c2ea1",
    "0047_v_epochs.sql": "7f4ffbe25e03c13e946221eea3deb97771d9e66c8c604a4f56d0302a1066524d",
    "0048_v_spending.sql": "3b9eab0ea149c55d9b324645a8029677efbbf2aea9ec65a41a8c785133120809",
}


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


def test_applied_migrations_never_change() -> None:
    """A released migration is frozen; corrections need a new one."""
    assert {migration.name: migration.checksum for migration in migrations.migrations()} == FROZEN


def test_migrating_twice_applies_once(client: Any) -> None:
    """Migrating an up-to-date database does nothing."""
    assert migrations.migrate(client) == []


def test_a_changed_migration_is_refused(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A migration that changed after it was applied is refused."""
    changed = migrations.Migration(name="0001_kpi_cells.sql", sql="select 1")
    monkeypatch.setattr(migrations, "migrations", lambda: [changed])

    with pytest.raises(Malformed, match="0001_kpi_cells"):
        migrations.migrate(client)


@pytest.mark.parametrize(
    "model",
    [
        *(KpiCell, CandidateEvent, Quarantined, EpochRow, ConnectionCount, KpiDefinition),
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
