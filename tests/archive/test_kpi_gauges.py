"""A scrape exports KPIs of a limited number of channels, and works without ClickHouse."""

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from schemas.cells import DECISION
from schemas.errors import Unavailable
from schemas.kpis.catalogue import BY_ID, kpis_for
from schemas.tenants.config import Tenancy
from sinks.clickhouse.rows import KpiCell
from sinks.clickhouse.writer import Writer
from streams.archive.kpi_gauges import (
    CACHE_S,
    KPIS,
    MAX_SERIES,
    MAX_SERIES_PER_TENANT,
    STALE_S,
    KpiCollector,
    KpiGauge,
    limit_series,
)
from tests.ingest.gateways import tenancy

QUERIES = 3  # of a refresh: the epoch, what changed, and the KPIs of the only company


class Clock:
    """A clock that tests set."""

    def __init__(self) -> None:
        """Start at some time."""
        self.now = 1000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


class ClickHouse:
    """A ClickHouse client that can be made unavailable or slow."""

    def __init__(self, client: Any) -> None:
        """Start available."""
        self.client, self.down, self.query_count = client, False, 0
        self.answering = threading.Event()
        self.answering.set()

    def query(self, *arguments: Any, **options: Any) -> Any:
        """Query like the client, or raise Unavailable."""
        self.query_count += 1
        self.answering.wait(10)
        if self.down:
            raise Unavailable("clickhouse", "away")
        return self.client.query(*arguments, **options)


def company() -> Tenancy:
    """Return the tenancy of one watched tenant."""
    (acme,) = tenancy().tenants
    return Tenancy(tenants=(acme.model_copy(update={"id": "gauges"}),))


@pytest.fixture(scope="module")
def counted(client: Any) -> Iterator[Any]:
    """Insert 12 passed and 8 failed screenings of one channel for yesterday, and older ones."""
    today = datetime.now(ZoneInfo("Asia/Tokyo")).date()
    yesterday, before = today - timedelta(days=1), today - timedelta(days=40)
    counts = (
        (
            "channel",
            "doda",
            yesterday,
            {"applications": 30, "passed.screening": 12, "failed.screening": 8},
        ),
        ("channel", "doda", before, {"applications": 99}),
        ("interviewer", "user-4711", yesterday, {"passed.screening": 12, "failed.screening": 8}),
        ("recruiter", "user-4712", yesterday, {"applications": 30}),
    )
    rows = [
        KpiCell(0, "gauges", dimension, member, day, DECISION, name, 0, n, 1)
        for dimension, member, day, tally in counts
        for name, n in tally.items()
    ]
    Writer(client).write(rows, "gauges")
    yield client
    client.command("delete from epoch_cells where tenant = 'gauges'")


@pytest.fixture
def clickhouse(counted: Any) -> ClickHouse:
    """Return a controllable ClickHouse with these counts."""
    return ClickHouse(counted)


def patient_collector(connect: Callable[[], Any], clock: Clock | None = None) -> KpiCollector:
    """Return a collector whose scrapes wait for their refresh, however busy the machine is."""
    return KpiCollector(company, connect, clock or Clock(), timeout_s=60.0)


def scrape(collector: KpiCollector) -> str:
    """Return the text that Prometheus gets."""
    registry = CollectorRegistry()
    registry.register(collector)
    return generate_latest(registry).decode()


def doda_labels(kpi: str) -> str:
    """Return the labels of a KPI of the channel."""
    return f'{{basis="decision",channel="doda",kpi="{kpi}",tenant="gauges"}}'


def test_a_scrape_shows_value_and_cases_of_each_channel(clickhouse: ClickHouse) -> None:
    """A scrape covers the last 28 days."""
    text = scrape(patient_collector(lambda: clickhouse))

    assert f"hirelay_kpi_value{doda_labels('screen_pass_rate')} 0.6" in text
    assert f"hirelay_kpi_cases{doda_labels('screen_pass_rate')} 20.0" in text
    assert f"hirelay_kpi_value{doda_labels('applications')} 30.0" in text
    assert "hirelay_kpi_collect_failures_total 0.0" in text
    assert "hirelay_kpi_age_seconds 0.0" in text


def test_a_scrape_contains_no_personal_data(clickhouse: ClickHouse) -> None:
    """Cells of interviewers and recruiters exist but are never exported."""
    assert "471" not in scrape(patient_collector(lambda: clickhouse))


def test_consecutive_scrapes_query_once(clickhouse: ClickHouse) -> None:
    """Cached values are used until they are 15 s old."""
    clock = Clock()
    collector = patient_collector(lambda: clickhouse, clock)
    scrape(collector)
    queries = clickhouse.query_count
    for at in (5, CACHE_S - 0.1):
        clock.now = 1000 + at
        scrape(collector)

    assert clickhouse.query_count == queries
    clock.now = 1000 + CACHE_S
    scrape(collector)
    assert clickhouse.query_count > queries


def test_only_a_company_with_other_cells_is_computed_again(clickhouse: ClickHouse) -> None:
    """A hundred quiet companies cost the look whether anything changed, which is one for all of them."""
    clock = Clock()
    collector = patient_collector(lambda: clickhouse, clock)
    scrape(collector)
    first = clickhouse.query_count
    clock.now += CACHE_S
    scrape(collector)
    unchanged = clickhouse.query_count - first
    yesterday = datetime.now(ZoneInfo("Asia/Tokyo")).date() - timedelta(days=1)
    row = KpiCell(0, "gauges", "channel", "doda", yesterday, DECISION, "applications", 0, 31, 2)
    Writer(clickhouse.client).write([row], "gauges-again")
    clock.now += CACHE_S
    text = scrape(collector)
    clickhouse.client.command("delete from epoch_cells where tenant = 'gauges' and version = 2")

    assert f"hirelay_kpi_value{doda_labels('applications')} 31.0" in text
    assert clickhouse.query_count - first - unchanged == unchanged + 1 == QUERIES


def test_without_clickhouse_a_scrape_reports_failures_and_cached_values(
    clickhouse: ClickHouse,
) -> None:
    """Cached values are exported for some minutes; a flat line of an hour would look current."""
    clock = Clock()
    collector = patient_collector(lambda: clickhouse, clock)
    scrape(collector)
    clickhouse.down = True
    clock.now += 60
    soon = scrape(collector)
    clock.now += STALE_S
    late = scrape(collector)

    assert "hirelay_kpi_collect_failures_total 1.0" in soon
    assert "hirelay_kpi_age_seconds 60.0" in soon and "hirelay_kpi_value{" in soon
    assert "hirelay_kpi_collect_failures_total 2.0" in late
    assert "hirelay_kpi_value{" not in late


def test_a_slow_clickhouse_does_not_block_a_scrape(clickhouse: ClickHouse) -> None:
    """The role's other metrics must arrive in time, or it would count as down; the values come with a later scrape."""
    clickhouse.answering.clear()
    collector = KpiCollector(company, lambda: clickhouse, Clock(), timeout_s=0.0)
    first, second = scrape(collector), scrape(collector)
    clickhouse.answering.set()
    collector.join()

    assert "hirelay_kpi_age_seconds NaN" in first and "hirelay_kpi_age_seconds NaN" in second
    assert f"hirelay_kpi_value{doda_labels('applications')} 30.0" in scrape(collector)
    assert clickhouse.query_count == QUERIES


def test_a_scrape_works_without_any_successful_query() -> None:
    """Without any successful query the age is unknown."""

    def fail_to_connect() -> Any:
        raise Unavailable("clickhouse", "away")

    text = scrape(patient_collector(fail_to_connect))

    assert "hirelay_kpi_collect_failures_total 1.0" in text
    assert "hirelay_kpi_age_seconds NaN" in text


def test_too_many_series_are_dropped_and_counted() -> None:
    """One tenant cannot use up the series of the others."""
    many = [
        KpiGauge(f"t{tenant}", "hires", f"c{number}", 1, 1.0)
        for tenant in range(12)
        for number in range(MAX_SERIES_PER_TENANT + 3)
    ]
    kept, dropped = limit_series(many)

    assert len(kept) == MAX_SERIES
    assert dropped["t0"] == 3 and dropped["t11"] == MAX_SERIES_PER_TENANT + 3


def test_exported_kpis_are_in_the_catalogue() -> None:
    """The exported KPIs are additive, defined per channel and counted on the day of the decision."""
    assert set(KPIS) <= {kpi.id for kpi in kpis_for("channel", DECISION)}
    assert all(BY_ID[kpi].additive for kpi in KPIS)
