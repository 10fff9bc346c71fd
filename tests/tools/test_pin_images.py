"""Images of containers are pinned by the digests that the registry names, all or none."""

import stat
from pathlib import Path

import pytest
import yaml

from schemas.errors import Unavailable
from streams.tools.pin_images import FILES, images, pin, resolve

ROOT = Path(__file__).parents[2]
OLD, NEW = "sha256:" + "a" * 64, "sha256:" + "b" * 64
COMPOSE = f"""services:
  worker:
    image: hirelay:0.1.0
  kafka:
    image: apache/kafka:4.3.1
  grafana:
    image: grafana/grafana:13.2.0@{OLD}  # boards
"""


@pytest.fixture
def compose(tmp_path: Path) -> Path:
    """A file with one image that is ours, one that is loose and one that is pinned."""
    path = tmp_path / "docker-compose.yml"
    path.write_text(COMPOSE)
    return path


def test_digests_are_written_behind_the_tags(compose: Path) -> None:
    """Images of others get the digest of their tag, old ones are replaced, and the rest of the file stays."""
    pin([compose], lambda _: NEW)

    services = yaml.safe_load(compose.read_text())["services"]
    assert {name: service["image"] for name, service in services.items()} == {
        "worker": "hirelay:0.1.0",
        "kafka": f"apache/kafka:4.3.1@{NEW}",
        "grafana": f"grafana/grafana:13.2.0@{NEW}",
    }
    assert compose.read_text().endswith("  # boards\n")


def test_nothing_is_written_unless_all_are_known(compose: Path) -> None:
    """One image that the registry does not know leaves the file as it was."""

    def ask(name: str) -> str:
        if name.startswith("grafana"):
            raise Unavailable("image", name)
        return NEW

    with pytest.raises(Unavailable, match="grafana"):
        pin([compose], ask)
    assert compose.read_text() == COMPOSE


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        (f"echo '\"{NEW}\"'", ""),
        ("echo 'manifest unknown' >&2; exit 1", "manifest unknown"),
        ("echo '\"latest\"'", "is no digest"),
    ],
)
def test_the_answer_of_the_registry_is_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, problem: str
) -> None:
    """Only a digest is taken from `docker`, and its error is passed on."""
    docker = tmp_path / "docker"
    docker.write_text(f"#!/bin/sh\n{script}\n")
    docker.chmod(docker.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    if not problem:
        assert resolve("apache/kafka:4.3.1") == NEW
        return
    with pytest.raises(Unavailable, match=problem):
        resolve("apache/kafka:4.3.1")


def test_a_machine_without_docker_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says where to run the command."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unavailable, match="docker is not installed"):
        resolve("apache/kafka:4.3.1")


def test_every_image_of_the_repository_is_recognised() -> None:
    """What Compose pulls and what the Dockerfile begins with are what would be pinned."""
    compose, dockerfile = (list(images((ROOT / name).read_text())) for name in FILES)
    services = yaml.safe_load((ROOT / FILES[0]).read_text())["services"].values()
    pulled = {
        service["image"] for service in services if not service["image"].startswith("hirelay")
    }

    assert {name + (f"@{digest}" if digest else "") for name, digest in compose} == pulled
    assert {name for name, _ in dockerfile} == {"python:3.11-slim-bookworm"}
