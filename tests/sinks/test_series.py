"""What roles show to Prometheus is what the list of series says, and no label names anybody."""

import shutil
import subprocess
from typing import Any, get_args

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from schemas.tenants.config import Tenancy
from sinks import series
from sinks.metrics import (
    ArchiverMetrics,
    BoardMetrics,
    DispatcherMetrics,
    WatchMetrics,
    WorkerMetrics,
)
from streams.archive.kpi_gauges import KpiCollector
from streams.ingest.metrics import GatewayMetrics

ROWS = {each.name: each for each in series.every()}
KINDS = {
    series.CounterRow: "counter",
    series.GaugeRow: "gauge",
    series.HistogramRow: "histogram",
}
ROLES = {
    "gateway": GatewayMetrics,
    "worker": WorkerMetrics,
    "archiver": ArchiverMetrics,
    "watch": WatchMetrics,
    "dispatcher": DispatcherMetrics,
    "board": BoardMetrics,
}
# Who somebody is: none of these is ever a label, and neither is what belongs to Prometheus.
NOBODY = {"id", "application", "candidate", "person", "subject", "member", "interviewer"}
NOBODY |= {"recruiter", "hiring_manager", "job", "instance", "breach", "delivery", "event_id"}


def registry_of(role: str) -> CollectorRegistry:
    """Everything that the role registers."""
    registry: CollectorRegistry = ROLES[role]().registry
    if role == "archiver":
        registry.register(KpiCollector(lambda: Tenancy(tenants=()), lambda: None))
    return registry


def listed(family: Any) -> bool:
    """Whether a scraped family is as the list says, samples and labels included."""
    row = ROWS.get(family.name)
    if row is None or KINDS[type(row)] != family.type or row.help != family.documentation:
        return False
    return all(
        sample.name in row.shown and set(sample.labels) - {"le"} == set(row.labels)
        for sample in family.samples
        if not sample.name.endswith("_created")
    )


@pytest.mark.parametrize("role", ROLES)
def test_a_role_shows_nothing_that_is_not_listed(role: str) -> None:
    """Name, kind, meaning and labels are those of the list."""
    text = generate_latest(registry_of(role)).decode()
    families = list(text_string_to_metric_families(text))

    assert [f.name for f in families if not listed(f) and not f.name.endswith("_created")] == []
    assert "hirelay_started_timestamp_seconds" in text


def test_every_listed_series_is_shown_by_a_role() -> None:
    """The list promises nothing that nobody keeps."""
    shown = {
        name for role in ROLES for family in registry_of(role).collect() for name in (family.name,)
    }

    assert set(ROWS) - shown == set()


def test_names_follow_the_conventions() -> None:
    """One prefix, base units, no `_total` of our own, and no name twice."""
    rows = series.every()

    assert len(ROWS) == len(rows)
    for row in rows:
        assert row.name.startswith("hirelay_") and not row.name.endswith(("_total", "_ms"))
        assert row.help and not row.help.endswith(".")


def test_no_label_is_somebody() -> None:
    """Labels are of the closed set, which has no person, no application and nothing of Prometheus in it."""
    names = set(get_args(series.Label))

    assert {label for row in series.every() for label in row.labels} == names
    assert {each for each in names if each in NOBODY or each.endswith("_id")} == set()


@pytest.mark.skipif(
    shutil.which("promtool") is None,
    reason="NOT TESTED: install prometheus (promtool) to have metrics linted",
)
@pytest.mark.parametrize("role", ROLES)
def test_promtool_has_nothing_to_say_of_the_metrics(role: str) -> None:
    """Prometheus' own linter."""
    done = subprocess.run(
        ["promtool", "check", "metrics"],
        input=generate_latest(registry_of(role)),
        capture_output=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, b"")
