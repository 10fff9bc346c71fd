"""The monitoring files as tests read them, and the tools that check them."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent.parent
PROMETHEUS = ROOT / "deploy/prometheus"
ALERTMANAGER = ROOT / "deploy/alertmanager/alertmanager.yml"
RUNBOOK = ROOT / "deploy/runbook.md"

needs_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None,
    reason="NOT TESTED: install prometheus (promtool) to have its rules checked",
)
needs_amtool = pytest.mark.skipif(
    shutil.which("amtool") is None,
    reason="NOT TESTED: install prometheus-alertmanager (amtool) to have routes checked",
)


def groups() -> dict[str, list[dict[str, Any]]]:
    """The rules of every file, by group name."""
    files = sorted((PROMETHEUS / "rules").glob("*.yml"))
    all_groups = [group for path in files for group in yaml.safe_load(path.read_text())["groups"]]
    return {group["name"]: group["rules"] for group in all_groups}


def rules() -> list[dict[str, Any]]:
    """Every rule of every file."""
    return [rule for group in groups().values() for rule in group]


def alerts() -> dict[str, dict[str, Any]]:
    """Every alert by name."""
    return {rule["alert"]: rule for rule in rules() if "alert" in rule}


def run_tool(*command: str | Path) -> str:
    """The output of a tool; its failure fails the test."""
    process = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert process.returncode == 0, process.stdout + process.stderr
    return process.stdout
