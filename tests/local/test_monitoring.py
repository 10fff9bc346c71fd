"""Tests that a local stack uses production's monitoring rules, wherever it is started."""

from pathlib import Path

import pytest
import yaml

from streams.local import monitoring
from tests.deploy.health import ALERTMANAGER, PROMETHEUS

PORTS = {"alertmanager": 1, "prometheus": 2, "gateway": 3, "worker": 4, "worker-2": 5}


@pytest.fixture(autouse=True)
def both_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Install both observers, outside the repository's directory."""
    monkeypatch.setattr(monitoring, "find_binary", lambda name: f"/usr/bin/{name}")
    monkeypatch.chdir(tmp_path)


def written_config(folder: Path, name: str) -> dict[str, object]:
    """Return the configuration written for a stack in that folder."""
    monitoring.installed_observers(
        folder, PORTS, {"gateway": "gateway", "worker": "worker", "worker-2": "worker"}
    )
    loaded: dict[str, object] = yaml.safe_load((folder / name).read_text())
    return loaded


def test_prometheus_uses_the_rules_of_production(tmp_path: Path) -> None:
    """Prometheus loads every production rule file."""
    files = written_config(tmp_path, "prometheus.yml")["rule_files"]

    assert files == [str(path) for path in sorted((PROMETHEUS / "rules").glob("*.yml"))]


def test_alertmanager_uses_the_inhibition_rules_of_production(tmp_path: Path) -> None:
    """Alertmanager inhibits alerts with production's rules."""
    production = yaml.safe_load(ALERTMANAGER.read_text())

    assert (
        written_config(tmp_path, "alertmanager.yml")["inhibit_rules"] == production["inhibit_rules"]
    )


def test_an_edited_configuration_is_kept(tmp_path: Path) -> None:
    """An Alertmanager configuration edited by an operator is kept."""
    (tmp_path / "alertmanager.yml").write_text("route: {receiver: me}")

    assert written_config(tmp_path, "alertmanager.yml") == {"route": {"receiver": "me"}}


def test_without_the_repository_there_are_no_rules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An installed package has no rules; it only scrapes."""
    monkeypatch.setattr(monitoring, "DEPLOY", tmp_path / "none")
    monkeypatch.setattr(monitoring, "RULES", tmp_path / "none")

    assert written_config(tmp_path, "prometheus.yml")["rule_files"] == []
    assert "inhibit_rules" not in written_config(tmp_path, "alertmanager.yml")


def test_all_workers_are_one_job(tmp_path: Path) -> None:
    """Prometheus scrapes every worker, and production's rules find all of them under the job `worker`."""
    written = written_config(tmp_path, "prometheus.yml")["scrape_configs"]

    assert written == [
        {"job_name": "gateway", "static_configs": [{"targets": ["127.0.0.1:3"]}]},
        {"job_name": "worker", "static_configs": [{"targets": ["127.0.0.1:4", "127.0.0.1:5"]}]},
    ]
