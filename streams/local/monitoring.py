"""Runs Prometheus and Alertmanager with a local stack if they are installed; downloads nothing."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from streams.configuration.yaml_document import dump_yaml, parse_yaml
from streams.supervisor import Role

# The production files; an installed package has none and only scrapes.
DEPLOY = Path(__file__).parents[2] / "deploy"
RULES = DEPLOY / "prometheus" / "rules"
BINARY_NAMES = {
    "alertmanager": ("prometheus-alertmanager", "alertmanager"),
    "prometheus": ("prometheus",),
}
# Alerts are visible in Alertmanager's API; operators route them by editing the generated file.
DEFAULT_ALERTMANAGER = {
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
    """An observer that can be started, with its readiness URL."""

    name: str
    command: tuple[str, ...]
    ready_url: str

    def role(self, state: Path) -> Role:
        """Return the supervisor's role for it."""
        return Role(self.name, self.command, state / "logs" / f"{self.name}.log")


def find_binary(name: str) -> str | None:
    """Return the path of the binary, under any of its names."""
    return next((path for binary in BINARY_NAMES[name] if (path := shutil.which(binary))), None)


def installed_observers(
    state: Path, ports: Mapping[str, int], role_of: Mapping[str, str]
) -> tuple[Observer, ...]:
    """Write the configuration of the installed observers and return them; `role_of` maps process names to roles."""
    result = []
    alertmanager, prometheus = find_binary("alertmanager"), find_binary("prometheus")
    if alertmanager is not None:
        result.append(_alertmanager(state, alertmanager, ports["alertmanager"]))
    if prometheus is not None:
        targets: dict[str, list[int]] = {}
        for name, role in role_of.items():
            targets.setdefault(role, []).append(ports[name])
        sends_to = ports["alertmanager"] if alertmanager is not None else None
        result.append(_prometheus(state, prometheus, ports["prometheus"], (targets, sends_to)))
    return tuple(result)


def _alertmanager(state: Path, binary: str, port: int) -> Observer:
    path = state / "alertmanager.yml"
    if not path.exists():
        path.write_text(dump_yaml(DEFAULT_ALERTMANAGER | _inhibit_rules()))
    command = (
        binary,
        f"--config.file={path}",
        f"--storage.path={state / 'alertmanager'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    )
    ready = f"http://127.0.0.1:{port}/-/ready"
    return Observer(name="alertmanager", command=command, ready_url=ready)


def _inhibit_rules() -> dict[str, object]:
    """Return the inhibition rules of production; empty if the file is missing."""
    path = DEPLOY / "alertmanager" / "alertmanager.yml"
    config = parse_yaml(path.read_text("utf-8")).value if path.exists() else {}
    return {"inhibit_rules": config["inhibit_rules"]} if config else {}


def _prometheus(
    state: Path, binary: str, port: int, wiring: tuple[Mapping[str, list[int]], int | None]
) -> Observer:
    path = state / "prometheus.yml"
    path.write_text(dump_yaml(_prometheus_config(*wiring)))
    command = (
        binary,
        f"--config.file={path}",
        f"--storage.tsdb.path={state / 'prometheus'}",
        "--storage.tsdb.retention.time=7d",
        # Alerts sent before Prometheus discovers Alertmanager are lost; this delay resends them.
        "--rules.alert.resend-delay=5s",
        f"--web.listen-address=127.0.0.1:{port}",
    )
    return Observer(
        name="prometheus", command=command, ready_url=f"http://127.0.0.1:{port}/-/ready"
    )


def _prometheus_config(targets: Mapping[str, list[int]], sends_to: int | None) -> dict[str, object]:
    config: dict[str, object] = {
        "global": {
            "scrape_interval": "5s",
            "evaluation_interval": "5s",
            "external_labels": {"runbook": str(DEPLOY / "runbook.md")},
        },
        "rule_files": [str(path) for path in sorted(RULES.glob("*.yml"))],
        "scrape_configs": [
            {"job_name": role, "static_configs": [{"targets": [f"127.0.0.1:{at}" for at in ports]}]}
            for role, ports in targets.items()
        ],
    }
    if sends_to is not None:
        manager = {"static_configs": [{"targets": [f"127.0.0.1:{sends_to}"]}]}
        config["alerting"] = {
            "alert_relabel_configs": [{"action": "labeldrop", "regex": "runbook"}],
            "alertmanagers": [manager],
        }
    return config
