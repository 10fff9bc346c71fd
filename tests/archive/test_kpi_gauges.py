"""A scrape shows KPIs of channels, of few of them, and goes on without ClickHouse."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from schemas.cells import DECISION
from schemas.errors import Unavailable
from schemas.kpis.catalogue import BY_ID, of
from schemas.tenants.config import Tenancy
from sinks.clickhouse.rows import KpiCell
from sinks.clickhouse.writer import Writer
from streams.archive.kpi_gauges import (
    FRESH_S,
    KPIS,
    SERIES,
    SERIES_A_TENANT,
    STALE_S,
    KpiCollector,
    KpiGauge,
    bounded,
)
from tests.ingest.gateways import tenancy


class Clock:
    """Time that a test moves."""

    def __init__(self) -> None:
        """It begins somewhere."""
        self.now = 1000.0

    def __call__(self) -> float:
        """The time."""
        return self.now


class Door:
    """The way to ClickHouse, which can be shut."""

    def __init__(self, client: Any) -> None:
        """Open."""
        self.client, self.shut, self.asked = client, False, 0
        self.slow = threading.Event()
        self.slow.set()

    def query(self, *given: Any, **named: Any) -> Any:
        """As the client does it, or not at all."""
        self.asked += 1
        self.slow.wait(10)
        if self.shut:
            raise Unavailable("clickhouse", "away")
        return self.client.query(*given, **named)


def company() -> Tenancy:
    """A company whose channels are watched."""
    (acme,) = tenancy().tenants
    return Tenancy(tenants=(acme.model_copy(update={"id": "gauges"}),))


@pytest.fixture(scope="module")
def counted(client: Any) -> Iterator[Any]:
    """Yesterday 12 passed the screening and 8 failed, of one channel; long ago others did."""
    today = datetime.now(ZoneInfo("Asia/Tokyo")).date()
    yesterday, before = today - timedelta(days=1), today - timedelta(days=40)
    told = (
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
        for dimension, member, day, tally in told
        for name, n in tally.items()
    ]
    Writer(client).write(rows, "gauges")
    yield client
    client.command("delete from epoch_cells where tenant = 'gauges'")


@pytest.fixture
def door(counted: Any) -> Door:
    """A way to them."""
    return Door(counted)


def scraped(collector: KpiCollector) -> str:
    """What Prometheus gets."""
    registry = CollectorRegistry()
    registry.register(collector)
    return generate_latest(registry).decode()


def of_doda(kpi: str) -> str:
    """The labels of a value."""
    return f'{{basis="decision",channel="doda",kpi="{kpi}",tenant="gauges"}}'


def test_a_scrape_shows_value_and_cases_of_each_channel(door: Door) -> None:
    """Of the last 28 days."""
    text = scraped(KpiCollector(company, lambda: door, Clock()))

    assert f"hirelay_kpi_value{of_doda('screen_pass_rate')} 0.6" in text
    assert f"hirelay_kpi_cases{of_doda('screen_pass_rate')} 20.0" in text
    assert f"hirelay_kpi_value{of_doda('applications')} 30.0" in text
    assert "hirelay_kpi_collect_failures_total 0.0" in text
    assert "hirelay_kpi_age_seconds 0.0" in text


def test_a_scrape_shows_nobody(door: Door) -> None:
    """Interviewers and recruiters are in the cells, and stay there."""
    assert "471" not in scraped(KpiCollector(company, lambda: door))


def test_scrapes_that_follow_each_other_ask_once(door: Door) -> None:
    """Until the answer is 15 s old."""
    clock = Clock()
    collector = KpiCollector(company, lambda: door, clock)
    for at in (0, 5, FRESH_S - 0.1, FRESH_S):
        clock.now = 1000 + at
        scraped(collector)

    assert door.asked == 2


def test_without_clickhouse_a_scrape_says_so_and_shows_what_is_known(door: Door) -> None:
    """For some minutes; a flat line of an hour would look like news."""
    clock = Clock()
    collector = KpiCollector(company, lambda: door, clock)
    scraped(collector)
    door.shut = True
    clock.now += 60
    soon = scraped(collector)
    clock.now += STALE_S
    late = scraped(collector)

    assert "hirelay_kpi_collect_failures_total 1.0" in soon
    assert "hirelay_kpi_age_seconds 60.0" in soon and "hirelay_kpi_value{" in soon
    assert "hirelay_kpi_collect_failures_total 2.0" in late
    assert "hirelay_kpi_value{" not in late


def test_a_slow_clickhouse_holds_no_scrape_up(door: Door) -> None:
    """What else the role shows must be seen in time, or it would count as down; the values come with a later scrape."""
    door.slow.clear()
    collector = KpiCollector(company, lambda: door, Clock(), patience_s=0.0)
    first, second = scraped(collector), scraped(collector)
    door.slow.set()
    collector.join()

    assert "hirelay_kpi_age_seconds NaN" in first and "hirelay_kpi_age_seconds NaN" in second
    assert f"hirelay_kpi_value{of_doda('applications')} 30.0" in scraped(collector)
    assert door.asked == 1


def test_a_clickhouse_that_never_was_there_breaks_no_scrape() -> None:
    """Nobody knows how old nothing is."""

    def away() -> Any:
        raise Unavailable("clickhouse", "away")

    text = scraped(KpiCollector(company, away))

    assert "hirelay_kpi_collect_failures_total 1.0" in text
    assert "hirelay_kpi_age_seconds NaN" in text


def test_too_many_series_are_dropped_and_counted() -> None:
    """One company cannot take the room of the others."""
    many = [
        KpiGauge(f"t{tenant}", "hires", f"c{number}", 1, 1.0)
        for tenant in range(12)
        for number in range(SERIES_A_TENANT + 3)
    ]
    kept, dropped = bounded(many)

    assert len(kept) == SERIES
    assert dropped["t0"] == 3 and dropped["t11"] == SERIES_A_TENANT + 3


def test_the_kpis_shown_are_rows_of_the_catalogue() -> None:
    """They add up, make sense of a channel, and are known by the day of the decision."""
    assert set(KPIS) <= {kpi.id for kpi in of("channel", DECISION)}
    assert all(BY_ID[each].additive for each in KPIS)
