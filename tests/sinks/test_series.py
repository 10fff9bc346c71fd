"""Roles export exactly the defined metrics, and no label identifies a person."""

import shutil
import subprocess
from typing import Any, get_args

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from schemas.tenants.config import Tenancy
from sinks import series, series_kinds
from sinks.metrics import (
    ArchiverMetrics,
    BoardMetrics,
    DispatcherMetrics,
    RelayMetrics,
    ReporterMetrics,
    WatchMetrics,
    WorkerMetrics,
)
from streams.archive.kpi_gauges import KpiCollector
from streams.ingest.metrics import GatewayMetrics

ROWS = {row.name: row for row in series.all_series()}
KINDS = {
    series_kinds.CounterRow: "counter",
    series_kinds.GaugeRow: "gauge",
    series_kinds.HistogramRow: "histogram",
}
ROLES = {
    "gateway": GatewayMetrics,
    "worker": WorkerMetrics,
    "archiver": ArchiverMetrics,
    "watch": WatchMetrics,
    "dispatcher": DispatcherMetrics,
    "relay": RelayMetrics,
    "reporter": ReporterMetrics,
    "board": BoardMetrics,
}
# Labels that identify a person or an application, or are reserved for Prometheus, are forbidden.
FORBIDDEN = {"id", "application", "candidate", "person", "subject", "member", "interviewer"}
FORBIDDEN |= {"recruiter", "hiring_manager", "job", "instance", "breach", "delivery", "event_id"}


def registry_of(role: str) -> CollectorRegistry:
    """The registry of a role with all its metrics."""
    registry: CollectorRegistry = ROLES[role]().registry
    if role == "archiver":
        registry.register(KpiCollector(lambda: Tenancy(tenants=()), lambda: None))
    return registry


def listed(family: Any) -> bool:
    """Return whether a scraped family matches its definition, including samples and labels."""
    row = ROWS.get(family.name)
    if row is None or KINDS[type(row)] != family.type or row.help != family.documentation:
        return False
    return all(
        sample.name in row.sample_names and set(sample.labels) - {"le"} == set(row.labels)
        for sample in family.samples
        if not sample.name.endswith("_created")
    )


@pytest.mark.parametrize("role", ROLES)
def test_a_role_exports_only_defined_metrics(role: str) -> None:
    """Name, type, help text and labels match the definition."""
    text = generate_latest(registry_of(role)).decode()
    families = list(text_string_to_metric_families(text))

    assert [f.name for f in families if not listed(f) and not f.name.endswith("_created")] == []
    assert "hirelay_started_timestamp_seconds" in text


def test_every_defined_metric_is_exported_by_a_role() -> None:
    """Every defined metric is registered by some role."""
    exported = {
        name for role in ROLES for family in registry_of(role).collect() for name in (family.name,)
    }

    assert set(ROWS) - exported == set()


def test_names_follow_the_conventions() -> None:
    """Names have one prefix, base units and no explicit `_total`, and are unique."""
    rows = series.all_series()

    assert len(ROWS) == len(rows)
    for row in rows:
        assert row.name.startswith("hirelay_") and not row.name.endswith(("_total", "_ms"))
        assert row.help and not row.help.endswith(".")


def test_no_label_identifies_a_person() -> None:
    """Labels come from a closed set without persons, applications and names reserved for Prometheus."""
    names = set(get_args(series_kinds.Label))

    assert {label for row in series.all_series() for label in row.labels} == names
    assert {name for name in names if name in FORBIDDEN or name.endswith("_id")} == set()


@pytest.mark.skipif(
    shutil.which("promtool") is None,
    reason="NOT TESTED: install prometheus (promtool) to have metrics linted",
)
@pytest.mark.parametrize("role", ROLES)
def test_promtool_accepts_the_metrics(role: str) -> None:
    """Prometheus' own linter reports nothing."""
    done = subprocess.run(
        ["promtool", "check", "metrics"],
        input=generate_latest(registry_of(role)),
        capture_output=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, b"")
