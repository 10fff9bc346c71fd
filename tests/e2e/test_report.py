"""`hirelay report` on a running stack."""

import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.e2e.conftest import Stack


def test_the_report_of_a_running_month(stack: Stack, tmp_path: Path) -> None:
    """Every format is written for this month, and the numbers are those of `hirelay kpi show`."""
    done = stack.simulate("--events", "200", "--seed", "61")
    done.communicate(timeout=120)
    assert stack.verify()["equal"]  # so nothing is on its way between both readings
    today = datetime.now(ZoneInfo("Asia/Tokyo")).date()
    result = stack.hirelay(
        *("report", "--tenant", "aoba", "--period", f"{today:%Y-%m}"), "--out", str(tmp_path)
    )

    assert result.returncode == 0, result.stderr
    assert {path.suffix for path in tmp_path.iterdir()} == {
        ".html",
        ".pdf",
        ".pptx",
        ".csv",
        ".json",
    }
    (path,) = tmp_path.glob("*.json")
    report = json.loads(path.read_text())
    cells = [row[0:2] for row in report["sections"][0]["panels"][0]["rows"]]
    shown = stack.hirelay(
        *("kpi", "show", "--tenant", "aoba", "--dim", "total", "--from", f"{today:%Y-%m}-01"),
        *("--to", str(today), "--format", "json"),
    )
    kpis = json.loads(shown.stdout)["rows"][0]["kpis"]
    assert cells
    for name, value in cells:
        if value["value"] is not None and value["kpi"] not in {"cost_total", "cph_internal"}:
            assert value["value"] == kpis[value["kpi"]]["value"], name["text"]


def test_a_wrong_period_says_how_to_write_one(stack: Stack, tmp_path: Path) -> None:
    """Nothing is written."""
    result = stack.hirelay(
        *("report", "--tenant", "aoba", "--period", "October"), "--out", str(tmp_path)
    )

    assert result.returncode == 2
    assert "2026-W14" in result.stderr
    assert not [*tmp_path.iterdir()]
