"""Boards show the account of each rule, as the archiver writes it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from schemas.cells import Cell, CellKey, encode_cell, encode_key
from schemas.instants import day_number
from schemas.kafka.topics import KPI_BREACHES
from sinks.clickhouse.writer import Writer
from streams.archive.rows import RecordPosition, breach_rows, cell_rows
from streams.archive.rule_coverage import coverage_rows
from streams.configuration.settings import Settings
from tests.schemas.alerting.test_rules import screened
from tests.tools.alerts.test_commands import make_breach

ROOT = Path(__file__).parents[2]
NOW = datetime.now(UTC)
RULES = """rules:
- { id: coverage, tenant: acme, kpi: screen_pass_rate, dimension: channel, at_least: 40 %, false_alarms_a_year: 2, owner: hr }
- { id: people, tenant: acme, kpi: screen_pass_rate, kind: change, dimension: recruiter, owner: hr }
- { id: answers, tenant: acme, kpi: response_hours, at_most: 48, owner: hr }
"""


def settings(alerts: Path) -> Settings:
    """Settings with the example tenants and these rules."""
    return Settings(config=ROOT / "deploy/config/hirelay.yaml", alerts=alerts)


def test_the_account_of_each_rule_is_on_the_board(client: Any, tmp_path: Path) -> None:
    """Budget, alarms used and the smallest change per rule, a row per channel, and no row of a person."""
    (tmp_path / "alerts.yaml").write_text(RULES)
    day = day_number(NOW.date()) - 1
    for offset, key in enumerate((("channel", "doda"), ("recruiter", "user-1"))):
        cell = encode_key(CellKey("acme", *key, day, "decision"))
        value = encode_cell(Cell(offset, screened(96, 144)))
        position = RecordPosition("kpi-cells", 0, offset)
        Writer(client).write(cell_rows(position, cell, value), f"cell-{offset}")
    record = make_breach(opened=NOW.date(), rule="coverage").model_dump_json().encode()
    Writer(client).write(breach_rows(RecordPosition(KPI_BREACHES.name, 0, 0), record), "coverage")
    rows = coverage_rows(settings(tmp_path / "alerts.yaml"), client, NOW)
    assert rows is not None
    Writer(client).replace_rule_coverage(rows)
    Writer(client).replace_rule_coverage(rows)  # a second time replaces the first
    shown = client.query(
        "select rule, member, budget, used, members, weeks is null, smallest < rate from v_rule_coverage order by rule, member"
    ).result_rows

    assert shown == [
        ("answers", "", 1, 0, 0, 1, None),
        ("coverage", "", 2, 1, 1, 1, 1),
        ("coverage", "doda", 2, 1, 1, 0, None),
        ("people", "", 1, 0, 1, 1, 1),
    ]


def test_an_unusable_file_keeps_what_is_shown(
    client: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The archiver logs the error, and boards keep the previous accounts."""
    (tmp_path / "alerts.yaml").write_text("rules: [{id: x}]")

    assert coverage_rows(settings(tmp_path / "alerts.yaml"), client, NOW) is None
    assert "alert rules not loaded" in caplog.text
    assert coverage_rows(settings(tmp_path / "missing.yaml"), client, NOW) is None
