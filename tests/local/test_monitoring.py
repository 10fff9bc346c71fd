"""A local stack is watched by the rules of production, wherever it is started."""

from pathlib import Path

import pytest
import yaml

from streams.local import monitoring
from tests.deploy.health import ALERTMANAGER, PROMETHEUS

PORTS = {"alertmanager": 1, "prometheus": 2, "gateway": 3}


@pytest.fixture(autouse=True)
def there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Both are installed, and the working directory is not the repository."""
    monkeypatch.setattr(monitoring, "installed", lambda name: f"/usr/bin/{name}")
    monkeypatch.chdir(tmp_path)


def written(folder: Path, name: str) -> dict[str, object]:
    """A configuration that was written for a stack in that folder."""
    monitoring.observers(folder, PORTS, ["gateway"])
    loaded: dict[str, object] = yaml.safe_load((folder / name).read_text())
    return loaded


def test_prometheus_judges_by_the_rules_of_production(tmp_path: Path) -> None:
    """Each file of them."""
    files = written(tmp_path, "prometheus.yml")["rule_files"]

    assert files == [str(path) for path in sorted((PROMETHEUS / "rules").glob("*.yml"))]


def test_alertmanager_holds_back_what_production_does(tmp_path: Path) -> None:
    """By the same file."""
    told = yaml.safe_load(ALERTMANAGER.read_text())

    assert written(tmp_path, "alertmanager.yml")["inhibit_rules"] == told["inhibit_rules"]


def test_what_an_operator_wrote_stays(tmp_path: Path) -> None:
    """Routes are his."""
    (tmp_path / "alertmanager.yml").write_text("route: {receiver: me}")

    assert written(tmp_path, "alertmanager.yml") == {"route": {"receiver": "me"}}


def test_without_the_repository_nothing_is_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An installed package has no rules with it; it scrapes."""
    monkeypatch.setattr(monitoring, "DEPLOY", tmp_path / "none")
    monkeypatch.setattr(monitoring, "RULES", tmp_path / "none")

    assert written(tmp_path, "prometheus.yml")["rule_files"] == []
    assert "inhibit_rules" not in written(tmp_path, "alertmanager.yml")
