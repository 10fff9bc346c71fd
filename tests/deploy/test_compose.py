"""Compose accepts the Compose file, and the file exposes nothing by accident."""

import subprocess
import sys
from pathlib import Path

import yaml

from streams.local.run_file import ROLES

ROOT = Path(__file__).parent.parent.parent
TOOLS = Path(sys.executable).parent


def filled_environment(tmp_path: Path) -> Path:
    """The example environment with every value set."""
    path = tmp_path / "filled.env"
    lines = (ROOT / "deploy/example.env").read_text().splitlines()
    path.write_text("\n".join(f"{line}given" if line.endswith("=") else line for line in lines))
    return path


def config(environment: Path, *more_files: str) -> "subprocess.CompletedProcess[str]":
    """The result of `docker-compose config` on the file and those that extend it."""
    return subprocess.run(
        [
            TOOLS / "docker-compose",
            "--env-file",
            environment,
            "-f",
            ROOT / "docker-compose.yml",
            *(argument for path in more_files for argument in ("-f", ROOT / path)),
            "config",
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )


def test_compose_accepts_the_file(tmp_path: Path) -> None:
    """With every secret set, the whole stack is valid."""
    process = config(filled_environment(tmp_path))

    assert process.returncode == 0, process.stderr
    others = {"kafka", "clickhouse", "topics", "migrate", "alertmanager", "prometheus", "grafana"}
    assert {*ROLES} | others == set(yaml.safe_load(process.stdout)["services"])


def test_compose_refuses_a_missing_secret() -> None:
    """The stack does not start with an empty password."""
    process = config(ROOT / "deploy/example.env")

    assert process.returncode != 0
    assert "HIRELAY_CLICKHOUSE_PASSWORD" in process.stderr


def test_nothing_is_published_beyond_loopback(tmp_path: Path) -> None:
    """Only this machine's proxy reaches gateway and board, nobody Kafka and ClickHouse; images are pinned."""
    services = yaml.safe_load(config(filled_environment(tmp_path)).stdout)["services"]

    published = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert {*published} == {"gateway", "board", "alertmanager", "prometheus", "grafana"}
    assert {port["host_ip"] for ports in published.values() for port in ports} == {"127.0.0.1"}
    assert all(
        ":" in service["image"] and "latest" not in service["image"]
        for service in services.values()
    )


def test_every_service_has_few_rights(tmp_path: Path) -> None:
    """A compromised service, Kafka and ClickHouse included, cannot change its files or gain rights."""
    services = yaml.safe_load(config(filled_environment(tmp_path)).stdout)["services"]

    for name, service in services.items():
        assert service["cap_drop"] == ["ALL"] and "cap_add" not in service, name
        assert service["read_only"] is True, name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert not service.get("privileged") and service.get("user", "101:101") != "0", name
        assert not [volume for volume in service.get("volumes", ()) if "docker.sock" in str(volume)]


def test_every_service_that_stays_has_a_health_check_and_a_limit(tmp_path: Path) -> None:
    """What hangs is detected, and what eats memory is stopped."""
    services = yaml.safe_load(config(filled_environment(tmp_path)).stdout)["services"]

    for name, service in services.items():
        if service["restart"] != "no":
            assert service["healthcheck"]["test"], name
            assert service["deploy"]["resources"]["limits"]["memory"], name


def test_networks_are_apart(tmp_path: Path) -> None:
    """Who reads Kafka cannot reach ClickHouse unless it needs both, and neither reaches the Internet."""
    document = yaml.safe_load(config(filled_environment(tmp_path)).stdout)
    members = {
        network: {
            name for name, service in document["services"].items() if network in service["networks"]
        }
        for network in ("edge", "stream", "data", "watch")
    }
    internal = {name for name, network in document["networks"].items() if network.get("internal")}

    assert internal == {"stream", "data", "watch"} and {*document["networks"]} == {*members}
    assert members["edge"] == {
        "gateway",
        "board",
        "reporter",
        "alertmanager",
        "prometheus",
        "grafana",
    }
    assert not {"gateway", "worker", "dispatcher", "relay", "kafka"} & members["data"]
    assert not {"clickhouse", "grafana", "prometheus", "alertmanager"} & members["stream"]
    assert [*document["services"]["kafka"]["networks"]] == ["stream"]
    assert [*document["services"]["clickhouse"]["networks"]] == ["data"]


def test_every_role_signs_in_to_kafka(tmp_path: Path) -> None:
    """The roles have an account, whose password is a file and no variable."""
    document = yaml.safe_load(config(filled_environment(tmp_path)).stdout)

    for name in (*ROLES, "topics", "migrate"):
        environment = document["services"][name]["environment"]
        assert environment["HIRELAY_KAFKA_SECURITY"] == "SASL_PLAINTEXT", name
        assert environment["HIRELAY_KAFKA_PASSWORD_FILE"] == "/run/secrets/kafka_password", name
        assert [secret["source"] for secret in document["services"][name]["secrets"]] == [
            "kafka_password"
        ]


def test_what_watches_the_others_has_no_privileges(tmp_path: Path) -> None:
    """Prometheus and Alertmanager read their configuration, write their data, and nothing else."""
    services = yaml.safe_load(config(filled_environment(tmp_path)).stdout)["services"]

    for name in ("alertmanager", "prometheus"):
        assert (services[name]["cap_drop"], services[name]["read_only"]) == (["ALL"], True)
        assert [
            volume["type"] for volume in services[name]["volumes"] if not volume.get("read_only")
        ] == ["volume"]


def test_every_role_can_be_scraped(tmp_path: Path) -> None:
    """Prometheus scrapes each service at its port, and each listens beyond loopback."""
    services = yaml.safe_load(config(filled_environment(tmp_path)).stdout)["services"]
    scraped = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text())
    targets = {
        job["job_name"]: job["static_configs"][0]["targets"] for job in scraped["scrape_configs"]
    }

    assert {*targets} == {*ROLES, "alertmanager", "prometheus"}
    for role in ROLES:
        environment = services[role]["environment"]
        hosts = {name: value for name, value in environment.items() if name.endswith("_HOST")}
        assert targets[role] == [f"{role}:8080"] and set(hosts.values()) == {"0.0.0.0"}, role


def test_more_workers_differ_in_their_store_alone(tmp_path: Path) -> None:
    """Every further worker is the first one with a volume of its own."""
    process = config(filled_environment(tmp_path), "deploy/workers.yaml")
    services = yaml.safe_load(process.stdout)["services"]
    workers = {name: service for name, service in services.items() if name.startswith("worker")}
    stores = {
        volume["source"]
        for service in workers.values()
        for volume in service.pop("volumes")
        if volume["target"] == "/var/lib/hirelay"
    }

    assert stores == {*workers} == {"worker", "worker-2", "worker-3"}
    assert workers["worker"] == workers["worker-2"] == workers["worker-3"]


def test_the_dockerfile_is_clean() -> None:
    """Hadolint reports no problems."""
    process = subprocess.run(
        [TOOLS / "hadolint", ROOT / "deploy/Dockerfile"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert process.returncode == 0, process.stdout
