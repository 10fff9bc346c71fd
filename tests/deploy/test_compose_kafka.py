"""The files with which docker-compose.yml starts Kafka, on the real broker of this machine."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from schemas.errors import Unavailable
from streams.configuration.kafka_access import KafkaAccess
from streams.kafka import clients
from streams.local.kafka import java_command
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
FILES = ROOT / "deploy/kafka"
TOOLS = {"kafka-storage.sh": "kafka.tools.StorageTool", "kafka-server-start.sh": "kafka.Kafka"}
PASSWORD = "lettersAndDigits4711"
READY_S = 120.0


def prepared(folder: Path) -> tuple[Path, int]:
    """Copy the files for ports and directories of this machine; return their folder and the clients' port."""
    port, controller = free_port(), free_port()
    words = {"kafka:9092": "127.0.0.1:9092", ":9092": f":{port}", ":9093": f":{controller}"}
    words["/var/lib/kafka/data"] = str(folder / "data")
    copies = folder / "files"
    copies.mkdir()
    for file in FILES.iterdir():
        text = file.read_text()
        for old, new in words.items():
            text = text.replace(old, new)
        (copies / file.name).write_text(text)
    tools = folder / "bin"
    tools.mkdir()
    for name, main in TOOLS.items():
        command = " ".join(java_command(main))
        (tools / name).write_text(f'#!/bin/sh\nexec {command} "$@"\n')
        (tools / name).chmod(0o755)
    return copies, port


def environment(folder: Path, password: str) -> dict[str, str]:
    """What start.sh reads."""
    (folder / "password").write_text(f"{password}\n")
    return {
        **os.environ,
        "HIRELAY_KAFKA_PASSWORD_FILE": str(folder / "password"),
        "HIRELAY_KAFKA_TOOLS": str(folder / "bin"),
        "HIRELAY_KAFKA_DATA": str(folder / "data"),
    }


@contextmanager
def running_broker(folder: Path) -> Iterator[int]:
    """Start the broker as Compose does; yield the port of its clients."""
    files, port = prepared(folder)
    with (folder / "broker.log").open("wb") as log:
        command = ["sh", files / "start.sh"]
        variables = environment(folder, PASSWORD)
        broker = subprocess.Popen(command, env=variables, stdout=log, stderr=log)
    try:
        yield port
    finally:
        broker.kill()
        broker.wait()


def topics(folder: Path, port: int, password: str | None) -> list[str]:
    """Ask for the topics with this password, or without any; raise Unavailable."""
    (folder / "client").write_text(password or "")
    access = KafkaAccess(
        bootstrap=f"127.0.0.1:{port}",
        security="PLAINTEXT" if password is None else "SASL_PLAINTEXT",
        user="" if password is None else "hirelay",
        password_file=None if password is None else folder / "client",
    )
    admin = clients.admin(access)
    try:
        names: list[str] = admin.list_topics()
        return names
    finally:
        admin.close()


def test_the_broker_admits_only_the_roles(tmp_path: Path) -> None:
    """With the password of the secret a client is admitted, with another or none it is not."""
    with running_broker(tmp_path) as port:
        deadline = time.monotonic() + READY_S
        while True:
            try:
                assert topics(tmp_path, port, PASSWORD) == []
                break
            except Unavailable:
                assert time.monotonic() < deadline, (tmp_path / "broker.log").read_text()[-2000:]
        with pytest.raises(Unavailable, match="refuses user"):
            topics(tmp_path, port, "anotherPassword")
        with pytest.raises(Unavailable, match="closes connections"):
            topics(tmp_path, port, None)


@pytest.mark.parametrize("password", ["", 'quo"te', "two words"])
def test_a_password_that_the_files_cannot_hold_is_refused(tmp_path: Path, password: str) -> None:
    """It says what to write instead, before anything starts."""
    process = subprocess.run(
        ["sh", FILES / "start.sh"],
        env=environment(tmp_path, password),
        capture_output=True,
        text=True,
        check=False,
    )

    assert process.returncode == 1 and "letters and digits" in process.stderr
