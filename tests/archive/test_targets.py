"""The targets file becomes rows in ClickHouse, so that boards show plan beside actual."""

from datetime import date
from pathlib import Path

import pytest

from streams.archive.targets import target_rows
from streams.configuration.settings import Settings

ROOT = Path(__file__).parents[2]


def settings(targets: Path) -> Settings:
    """Return settings with the example tenants and a targets file."""
    return Settings(config=ROOT / "deploy/config/hirelay.yaml", targets=targets)


def test_the_example_becomes_rows() -> None:
    """Rows contain days instead of period names, money in minor units, and the desired direction."""
    rows = {
        (row.kpi, row.dimension, row.tenant): row
        for row in target_rows(settings(ROOT / "deploy/config/targets.yaml")) or ()
    }
    hires = rows["hires", "total", "acme"]

    assert (date(2026, 4, 1), date(2027, 3, 31)) == (hires.first, hires.last)
    assert (hires.plan, hires.better) == (48, 1)
    assert (
        rows["cost_total", "total", "acme"].plan,
        rows["cost_total", "total", "acme"].better,
    ) == (45_000_000, -1)


def test_without_a_file_nothing_is_planned(tmp_path: Path) -> None:
    """Targets are optional."""
    assert target_rows(settings(tmp_path / "none.yaml")) == []


def test_a_broken_file_changes_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The archiver logs the error, and boards keep the previous targets."""
    path = tmp_path / "targets.yaml"
    path.write_text("targets: [{tenant: acme, kpi: hirez, period: FY2026, at_least: 1}]")

    assert target_rows(settings(path)) is None
    assert "targets not loaded" in caplog.text
