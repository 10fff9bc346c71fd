"""Prometheus and Alertmanager beside a local stack, where this machine has them; nothing is downloaded."""

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from streams.supervisor import Role

# As operators have them; an installed package comes without, and then nothing happens but scraping.
DEPLOY = Path(__file__).parents[2] / "deploy"
RULES = DEPLOY / "prometheus" / "rules"
NAMES = {
    "alertmanager": ("prometheus-alertmanager", "alertmanager"),
    "prometheus": ("prometheus",),
}
# Whoever runs this sees alerts in Alertmanager's API; where they go is up to the operator, who edits the file.
ALERTMANAGER = {
    "route": {
        "receiver": "nobody",
        "group_by": ["alertname", "tenant", "kpi"],
        "group_wait": "1s",
        "group_interval": "5s",
    },
    "receivers": [{"name": "nobody"}],
}


@dataclass(frozen=True, kw_only=True)
class Observer:
    """One that can be started, and the address at which it says that it is ready."""

    name: str
    command: tuple[str, ...]
    ready: str

    def role(self, state: Path) -> Role:
        """As the supervisor starts it."""
        return Role(self.name, self.command, state / "logs" / f"{self.name}.log")


def installed(name: str) -> str | None:
    """Where it is on this machine, under one of its names."""
    return next((found for each in NAMES[name] if (found := shutil.which(each))), None)


def observers(state: Path, ports: Mapping[str, int], roles: Iterable[str]) -> tuple[Observer, ...]:
    """Those of the two that are installed, with their configuration written."""
    found = []
    alertmanager, prometheus = installed("alertmanager"), installed("prometheus")
    if alertmanager is not None:
        found.append(_alertmanager(state, alertmanager, ports["alertmanager"]))
    if prometheus is not None:
        targets = {role: ports[role] for role in roles}
        sends_to = ports["alertmanager"] if alertmanager is not None else None
        found.append(_prometheus(state, prometheus, ports["prometheus"], (targets, sends_to)))
    return tuple(found)


def _alertmanager(state: Path, binary: str, port: int) -> Observer:
    path = state / "alertmanager.yml"
    if not path.exists():
        path.write_text(yaml.safe_dump(ALERTMANAGER | _inhibition(), sort_keys=False))
    command = (
        binary,
        f"--config.file={path}",
        f"--storage.path={state / 'alertmanager'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    )
    ready = f"http://127.0.0.1:{port}/-/ready"
    return Observer(name="alertmanager", command=command, ready=ready)


def _inhibition() -> dict[str, object]:
    """What holds which alerts back, as in production; nothing where the file is not there."""
    path = DEPLOY / "alertmanager" / "alertmanager.yml"
    told = yaml.safe_load(path.read_text()) if path.exists() else {}
    return {"inhibit_rules": told["inhibit_rules"]} if told else {}


def _prometheus(
    state: Path, binary: str, port: int, wiring: tuple[Mapping[str, int], int | None]
) -> Observer:
    targets, sends_to = wiring
    told = {
        "global": {
            "scrape_interval": "5s",
            "evaluation_interval": "5s",
            "external_labels": {"runbook": str(DEPLOY / "runbook.md")},
        },
        "rule_files": [str(path) for path in sorted(RULES.glob("*.yml"))],
        "scrape_configs": [
            {"job_name": role, "static_configs": [{"targets": [f"127.0.0.1:{at}"]}]}
            for role, at in targets.items()
        ],
    }
    if sends_to is not None:
        manager = {"static_configs": [{"targets": [f"127.0.0.1:{sends_to}"]}]}
        told["alerting"] = {
            "alert_relabel_configs": [{"action": "labeldrop", "regex": "runbook"}],
            "alertmanagers": [manager],
        }
    path = state / "prometheus.yml"
    path.write_text(yaml.safe_dump(told, sort_keys=False))
    command = (
        binary,
        f"--config.file={path}",
        f"--storage.tsdb.path={state / 'prometheus'}",
        "--storage.tsdb.retention.time=7d",
        # What it says before it has found Alertmanager is lost, and said again after this.
        "--rules.alert.resend-delay=5s",
        f"--web.listen-address=127.0.0.1:{port}",
    )
    return Observer(name="prometheus", command=command, ready=f"http://127.0.0.1:{port}/-/ready")
