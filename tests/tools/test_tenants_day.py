"""Every command's "today" is the tenant's local day, wherever the host is and whatever its day."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from typer.testing import CliRunner

from schemas.instants import local_today
from schemas.tenants.config import Tenant
from sinks.clickhouse.rows import KpiCell
from sinks.clickhouse.writer import Writer
from streams.archive.kpi_gauges import KpiCollector
from streams.boards.access import BoardAccess
from streams.boards.page import create_app
from streams.cli.main import app
from streams.configuration.files import load_tenancy
from streams.configuration.targets import load_targets
from streams.local.sample_companies import write_sample, write_targets
from tests.tools.connect.test_mapping import archive_deliveries

# At 23:30 UTC it is already tomorrow in Tokyo, at 01:00 UTC still yesterday in New York.
CASES = [
    ("Asia/Tokyo", datetime(2026, 11, 24, 23, 30, tzinfo=UTC), date(2026, 11, 25)),
    ("America/New_York", datetime(2026, 11, 24, 1, 0, tzinfo=UTC), date(2026, 11, 23)),
]
CONFIG = """
tenants:
  - id: acme
    name: Acme
    timezone: {zone}
    quarantine_key: {{ env: Q }}
    person_key: {{ env: P }}
    connections:
      - id: acme-workable
        vendor: workable
        stages:
          - {{ stage_name: 一次面接, milestone: offer, since: {day}, until: {next} }}
          - {{ stage_name: 一次面接, milestone: casual, until: {day} }}
"""
TARGETS = """
targets:
  - {{ tenant: acme, kpi: hires, from: {day}, to: {day}, at_least: 1 }}
"""


class Place:
    """A company in a time zone at an instant, and the commands run there and then."""

    def __init__(self, folder: Path, clickhouse: str, case: tuple[str, datetime, date]) -> None:
        """Write its configuration and targets."""
        self.zone, self.now, self.day = case
        self.config = folder / "hirelay.yaml"
        self.config.write_text(
            CONFIG.format(zone=self.zone, day=self.day, next=self.day + timedelta(days=1))
        )
        (folder / "targets.yaml").write_text(TARGETS.format(day=self.day))
        self.environ = {
            "HIRELAY_CONFIG": str(self.config),
            "HIRELAY_TARGETS": str(folder / "targets.yaml"),
            "HIRELAY_CLICKHOUSE": f"chdb://{clickhouse}",
            "COLUMNS": "200",
        }

    def run(self, *words: str) -> str:
        """The output of a command at that instant."""
        with time_machine.travel(self.now):
            result = CliRunner().invoke(app, words, env=self.environ)
        assert result.exit_code == 0, result.exception
        return result.output

    @property
    def tenant(self) -> Tenant:
        """The company."""
        return load_tenancy(self.config).tenants[0]


@pytest.fixture(scope="module")
def clickhouse(client: Any) -> Iterator[Any]:
    """Applications on each day around the two instants, and one delivery that mentions a stage."""
    archive_deliveries(client, "workable/candidate_moved")
    rows = [
        KpiCell(0, "acme", "channel", "doda", date(2026, 11, day), "decision", "applications", *(0, 1, 1))
        for day in range(20, 29)
    ]  # fmt: skip
    Writer(client).write(rows, "tenants-day")
    yield client
    client.command("delete from epoch_cells where tenant = 'acme'")


@pytest.fixture(params=CASES, ids=[case[0] for case in CASES])
def place(request: pytest.FixtureRequest, clickhouse: Any, tmp_path: Path) -> Place:
    """Each of the two companies."""
    folder = clickhouse.query("select path from system.disks").result_rows[0][0]
    return Place(tmp_path, folder, request.param)


@pytest.mark.parametrize(("zone", "now", "day"), CASES)
def test_today_is_the_local_day(zone: str, now: datetime, day: date) -> None:
    """The day is that of the tenant's zone at the instant."""
    assert local_today(now, zone) == day


def test_the_window_of_kpi_show_ends_on_the_tenants_day(place: Place) -> None:
    """Without options, `kpi show` covers the 90 days up to and with the tenant's today."""
    shown = json.loads(place.run("kpi", "show", "--tenant", "acme", "--format", "json"))
    (row,) = shown["rows"]

    assert (shown["to"], shown["as_of"]) == (str(place.day), str(place.day))
    assert shown["from"] == str(place.day - timedelta(days=89))
    assert row["measures"]["applications"] == place.day.day - 19


def test_plan_show_is_as_of_the_tenants_day(place: Place) -> None:
    """Without options, `plan show` is as of the tenant's today and shows the targets of that day."""
    shown = json.loads(place.run("plan", "show", "--tenant", "acme", "--format", "json"))

    assert shown["as_of"] == str(place.day)
    assert len(shown["targets"]) == 1


def test_connections_shows_the_tenants_time(place: Place) -> None:
    """The title of `connections` has the tenant's day and hour."""
    assert f"Connections at {place.day}" in place.run("connections")
    assert place.zone in place.run("connections")


def test_mappings_in_force_are_those_of_the_tenants_day(place: Place) -> None:
    """`mapping suggest` applies the rule of the tenant's today alone."""
    assert "milestone: offer }" in place.run("mapping", "suggest", "--connection", "acme-workable")


def test_the_window_of_the_gauges_ends_on_the_tenants_day(place: Place, clickhouse: Any) -> None:
    """Prometheus gets the applications up to the tenant's today."""
    collector = KpiCollector(lambda: load_tenancy(place.config), lambda: clickhouse, timeout_s=60.0)
    with time_machine.travel(place.now):
        samples = [s for family in collector.collect() for s in family.samples]
    (value,) = [
        s.value for s in samples if s.labels.get("kpi") == "applications" and "value" in s.name
    ]

    assert value == place.day.day - 19


async def test_the_window_of_a_board_ends_on_the_tenants_day(place: Place, clickhouse: Any) -> None:
    """A panel that is asked for without a window ends on the tenant's today."""
    import httpx

    transport = httpx.ASGITransport(
        create_app(BoardAccess(lambda: load_tenancy(place.config)), lambda: clickhouse)
    )
    async with httpx.AsyncClient(transport=transport, base_url="http://board") as page:
        with time_machine.travel(place.now):
            too_late = await page.get(
                "/api/members",
                params={"tenant": "acme", "from": str(place.day + timedelta(days=1))},
            )
            today = await page.get(
                "/api/members", params={"tenant": "acme", "from": str(place.day)}
            )

    assert (too_late.status_code, today.status_code) == (400, 200)
    assert f"is after {place.day}" in too_late.json()["error"]


def test_sample_targets_are_of_each_companys_fiscal_year(tmp_path: Path) -> None:
    """Where April has begun in Tokyo but not yet in New York, each company gets targets of its own year."""
    tenancy = load_tenancy(write_sample(tmp_path))
    path = write_targets(tmp_path, datetime(2027, 3, 31, 20, tzinfo=UTC))
    loaded = load_targets(path, tenancy)

    assert {(target.tenant, str(loaded.days(target).first)) for target in loaded.targets} == {
        ("aoba", "2027-04-01"),
        ("brightwater", "2026-04-01"),
    }
