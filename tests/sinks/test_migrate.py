"""Migrating: table migrations are frozen and applied once; a view is applied again whenever something it reads changes."""

from collections.abc import Iterator
from typing import Any

import pytest

from schemas.errors import Malformed
from sinks.clickhouse import ledger
from sinks.clickhouse import migrate as migrations
from sinks.clickhouse.view_definitions import apply, ordered_views

FROZEN = {
    "0001_kpi_cells.sql": "25b6c139b72388966b16718ee23541699e33fb6cd68a0e8bf5596ffef49fafa2",
    "0002_candidate_events.sql": "5eab8d148bb7da3490df9516175c4cf6bfdaf11d4098bea94fe84ad41c22bd41",
    "0003_quarantined.sql": "1b5ec89f87d0a4e6a7b68b4437c2837c8a7eb2c179a91a4e8fd2adfc909d66d1",
    "0007_epochs.sql": "8a177cfda60be68e6e68810ecac58e42cdf617b89e9ba910449f39f8be3530f5",
    "0008_epoch_cells.sql": "dcc9564386040ca9e9f79817e571a9dc75b4ec91fbfc2be0b57e12840fd22b96",
    "0009_epoch_cells_filled.sql": "cd084b5a985586dcb3b88ff765f24d8360e7560d3b945d6bac107b7df68e3305",
    "0012_kpi_cells_gone.sql": "3cca24a8ca63a202e871c4c2820ca5878fcfe3fd2ccd531ba601d2a7cf4a6709",
    "0013_candidate_events_vendorevent.sql": "214030eb47ea14b389a311ad8e0f192841d167ee9794302baa16be3fa97908ae",
    "0015_quarantined_state.sql": "f46a513821a36a6ef5c6a816f5e1bd10ec3835bf620ff0a289e58c11ed686c42",
    "0017_connection_counts.sql": "f1004286d0d7cfd97c85c5f203271ab26538ae15d9b7da55349f5952a2e5399d",
    "0019_kpi_definitions.sql": "155958b64f2656b188076e74c271d423237a1a7f179aa08423aac56fbb3cafa3",
    "0020_kpi_measures.sql": "60aa6349a4e47be3df80fee61e94beda3b0d60455edb0bb6a7b813c63f8d5021",
    "0034_targets.sql": "96eda1d9cf28c2b024ffd8e9ded97104e43bf58e0a7713db736be58db8c0d57f",
    "0037_breaches.sql": "30f0d2a0440bb70d61079ce874889182af86bf931213a978393db581527061ca",
    "0041_breach_actions.sql": "c7ccf5db3bb3e8354db1b91772e0bb90dc350b4a34969c930c970a2d0193f74e",
    "0045_tenants.sql": "108cdfcf20467f579b55616f96c6c1f55f047dc7a8ca95c4f085d702eac67ab7",
    "0049_archive_generations.sql": "4e13bbff8caa19bdee5b31eea92856a4d924a6f006f20ccc73c5b52d0bfd7e9c",
    "0050_archive_positions.sql": "fbe6f48324bf94b03853723ebd15430694281d1886d0691ad30a3a5f03847343",
    "0051_cell_flushes.sql": "b63fa2b7bb918b8d7d4f08fc01ebccbb79eec037d39b36fa3ef5a491d935b9a7",
    "0052_relay_ledger.sql": "59f2c8527fac57827232b529b8b9ac662b315b0c6e5a307961c7d837af8de2fa",
    "0053_audit_log.sql": "e563c65ef2ef9f226c82fc1db76628499d82a476eccdfb1ee26f8c2b622c158e",
    "0054_relay_findings.sql": "a076929fcbd55bfde9a876de3ea90944c889d26031155a2ab25ac2bc86932ac1",
    "0055_rule_coverage.sql": "886e753f429bb24edbbad2fbd34e5e4f5293c9b64a327391ac7ec12fc91ad3f5",
    "0056_members.sql": "f7ffc6f20a901b3ee68fccb1296b9d41d93231e9b894ca8ee52a8083822371c0",
    "0057_member_names_of_jobs.sql": "68f511e7e96fb08cee7675215830624b87af01b44eba3e764a358a49f2f90387",
    "0058_tenant_names.sql": "e647651da2ecdd3c545e9e81a71fcf97adb4f0016729812f0f24d8a2c589f8ae",
}


TABLE = "create table if not exists toys (name String) engine = MergeTree order by name"
TABLES = {TABLE: "1", "create table if not exists others (a Int8) engine = Null": "2"}
VIEWS = {
    "v_all_toys": "create or replace view v_all_toys as\nselect *\nfrom toys",
    "v_a_toy": "-- reads v_other\ncreate or replace view v_a_toy as\nselect name\nfrom v_all_toys\nlimit 1",
    "v_other": "create or replace view v_other as\nselect 1 as one",
}


@pytest.fixture
def toys(client: Any) -> Iterator[Any]:
    """A database with a table of its own, whose views are dropped afterwards."""
    client.command(TABLE)
    yield client
    for name in ("v_a_toy", "v_all_toys", "v_other"):
        client.command(f"drop view if exists {name}")
        client.command(f"delete from schema_migrations where name = '{name}'")
    client.command("drop table toys")


def apply_views(
    client: Any, statements: dict[str, str], tables: dict[str, str] | None = None
) -> list[str]:
    """Apply the views to a database whose ledger has no others."""
    recorded = {name: checksum for name, checksum in ledger.load(client).items() if name in VIEWS}
    return apply(client, ordered_views(statements, tables or TABLES), recorded)


def with_record(client: Any, name: str) -> Any:
    """Record a migration that this release has no file for."""
    ledger.record(client, name, "x")
    try:
        return migrations.migrate(client)
    finally:
        client.command(f"delete from schema_migrations where name = '{name}'")


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


def test_a_missing_migration_is_refused(client: Any) -> None:
    """A migration that was applied and has no file any more is refused; one of a newer release is not."""
    with pytest.raises(Malformed, match="0034_aims"):
        with_record(client, "0034_aims.sql")

    assert with_record(client, "9999_of_a_newer_release.sql") == []


def test_a_database_of_numbered_views_is_upgraded(client: Any) -> None:
    """A view that a numbered migration created is replaced by the one of its file, with its security."""
    client.command("create or replace view v_epochs as\nselect number\nfrom epochs")
    client.command("delete from schema_migrations where name = 'v_epochs'")

    assert with_record(client, "0047_v_epochs.sql") == ["replaced view v_epochs"]
    ((definition,),) = client.query("show create view v_epochs").result_rows
    assert "changed" in definition and "SQL SECURITY DEFINER" in definition


def test_views_are_created_in_the_order_of_what_they_read(toys: Any) -> None:
    """A view is created after those that it reads, and nothing is done the second time."""
    created = apply_views(toys, VIEWS)

    assert created.index("created view v_all_toys") < created.index("created view v_a_toy")
    assert apply_views(toys, VIEWS) == []


def test_a_changed_view_is_replaced_with_its_readers(toys: Any) -> None:
    """A changed view and those that read it are replaced; the others stay."""
    apply_views(toys, VIEWS)
    changed = VIEWS | {"v_all_toys": VIEWS["v_all_toys"] + " where name != ''"}

    assert apply_views(toys, changed) == ["replaced view v_all_toys", "replaced view v_a_toy"]


def test_a_new_column_reaches_the_views(toys: Any) -> None:
    """A view that selects every column shows one that a later migration adds."""
    apply_views(toys, VIEWS)
    added = "alter table toys add column if not exists price Int64"
    toys.command(added)
    replaced = apply_views(toys, VIEWS, TABLES | {added: "3"})

    assert replaced == ["replaced view v_all_toys", "replaced view v_a_toy"]
    assert [row[0] for row in toys.query("describe table v_all_toys").result_rows] == [
        "name",
        "price",
    ]


def test_a_missing_view_is_created_again(toys: Any) -> None:
    """A view that somebody dropped is created again."""
    apply_views(toys, VIEWS)
    toys.command("drop view v_other")

    assert apply_views(toys, VIEWS) == ["created view v_other"]


def test_a_view_without_a_file_is_dropped(toys: Any) -> None:
    """A view whose file was removed is dropped once, and may come back; a view of somebody else stays."""
    toys.command("create view v_other as select 2 as two")
    own = {name: sql for name, sql in VIEWS.items() if name != "v_other"}
    apply_views(toys, own)
    fewer = {name: sql for name, sql in own.items() if name != "v_a_toy"}

    assert apply_views(toys, fewer) == ["dropped view v_a_toy"]
    assert apply_views(toys, fewer) == []
    assert toys.query("select * from v_other").result_rows == [(2,)]
    assert apply_views(toys, own) == ["created view v_a_toy"]


def test_a_view_of_a_former_migration_is_dropped(toys: Any) -> None:
    """A view that only a former migration recorded is dropped when no file has it."""
    toys.command(VIEWS["v_other"])

    assert apply(toys, [], {"0030_v_other.sql": "x"}) == ["dropped view v_other"]


@pytest.mark.parametrize(
    ("statements", "problem"),
    [
        ({"v_toy": VIEWS["v_other"]}, "create or replace view v_toy as"),
        ({"toy": "create or replace view toy as\nselect 1"}, "toy.sql"),
        (
            {
                "v_a": "create or replace view v_a as\nselect * from v_b",
                "v_b": "create or replace view v_b as\nselect * from v_a",
            },
            "read each other",
        ),
    ],
)
def test_a_contradictory_view_is_refused(statements: dict[str, str], problem: str) -> None:
    """A file that creates another view, and views that read each other, are refused."""
    with pytest.raises(Malformed, match=problem):
        ordered_views(statements, {})


def test_every_number_is_a_migration_or_a_former_view() -> None:
    """The numbers of migrations and of former views have no gap, and none is used twice."""
    numbers = [int(migration.name[:4]) for migration in migrations.migrations()]
    numbers += migrations.FORMER_VIEW_NUMBERS

    assert sorted(numbers) == list(range(1, len(numbers) + 1))
