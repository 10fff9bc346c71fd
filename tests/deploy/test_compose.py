"""The Compose file is what Compose accepts, and it opens nothing by accident."""

import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent.parent
TOOLS = Path(sys.executable).parent


def filled(tmp_path: Path) -> Path:
    """The example environment with every value given."""
    path = tmp_path / "filled.env"
    lines = (ROOT / "deploy/example.env").read_text().splitlines()
    path.write_text("\n".join(f"{line}given" if line.endswith("=") else line for line in lines))
    return path


def config(environment: Path) -> "subprocess.CompletedProcess[str]":
    """What real Compose says of the file."""
    return subprocess.run(
        [
            TOOLS / "docker-compose",
            "--env-file",
            environment,
            "-f",
            ROOT / "docker-compose.yml",
            "config",
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )


def test_compose_accepts_the_file(tmp_path: Path) -> None:
    """With every secret given the whole stack is valid."""
    done = config(filled(tmp_path))

    assert done.returncode == 0, done.stderr
    roles = {"gateway", "worker", "archiver", "watch", "dispatcher"}
    others = {"kafka", "clickhouse", "topics", "migrate", "alertmanager", "grafana"}
    assert roles | others == set(yaml.safe_load(done.stdout)["services"])


def test_compose_refuses_a_missing_secret() -> None:
    """Nobody starts the stack with an empty password."""
    done = config(ROOT / "deploy/example.env")

    assert done.returncode != 0
    assert "HIRELAY_CLICKHOUSE_PASSWORD" in done.stderr


def test_infrastructure_listens_on_loopback_alone(tmp_path: Path) -> None:
    """Kafka and ClickHouse are not reachable from other machines, and images are pinned."""
    services = yaml.safe_load(config(filled(tmp_path)).stdout)["services"]

    for name in ("kafka", "clickhouse", "alertmanager", "grafana"):
        assert {port["host_ip"] for port in services[name]["ports"]} == {"127.0.0.1"}
    assert all(":" in each["image"] and "latest" not in each["image"] for each in services.values())


def test_every_role_has_a_health_check_and_no_privileges(tmp_path: Path) -> None:
    """A role that hangs is seen, and one that is taken over can do little."""
    services = yaml.safe_load(config(filled(tmp_path)).stdout)["services"]

    for name in ("gateway", "worker", "archiver", "watch", "dispatcher", "grafana"):
        assert services[name]["healthcheck"]["test"]
        assert services[name]["cap_drop"] == ["ALL"]
        assert services[name]["read_only"] is True


def test_the_dockerfile_is_clean() -> None:
    """Hadolint has nothing to say."""
    done = subprocess.run(
        [TOOLS / "hadolint", ROOT / "deploy/Dockerfile"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout
