"""Every kind of client connects with every kind of security, and a refused one names the setting to check."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from faust.transport.drivers.aiokafka import credentials_to_aiokafka_auth

from schemas.errors import Unavailable
from schemas.kafka.topics import EPOCHS
from sinks.tls import TlsFiles
from streams.configuration.kafka_access import KafkaAccess
from streams.kafka import clients
from streams.kafka.admin import create_topics
from tests.certificates import Authority
from tests.secured_kafka import (
    MECHANISMS,
    SecuredBroker,
    running_secured_broker,
)

WAYS = [("SSL", {})] + [
    (security, {"mechanism": mechanism})
    for security in ("SASL_PLAINTEXT", "SASL_SSL")
    for mechanism in MECHANISMS
]
QUICK_S = 10.0  # kafka-python alone takes 30 s


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecuredBroker]:
    """A broker with one listener per kind of security and none without, and one topic."""
    directory = tmp_path_factory.mktemp("kafka")
    with running_secured_broker(directory, "SSL", "SASL_PLAINTEXT", "SASL_SSL") as started:
        create_topics(started.access("SASL_SSL"), 1, 1, [EPOCHS])
        yield started


def foreign_files(folder: Path) -> dict[str, Path]:
    """Return authority, certificate and key that the broker does not know."""
    authority = Authority(folder, "foreign")
    certificate, key = authority.issue("stranger")
    return {"ca": authority.ca, "certificate": certificate, "key": key}


@pytest.mark.parametrize(("security", "changes"), WAYS)
async def test_both_libraries_exchange_records(
    broker: SecuredBroker, security: Any, changes: dict[str, Any]
) -> None:
    """A record that aiokafka writes is read with kafka-python, and the other way round."""
    access = broker.access(security, **changes)
    marks = [f"{security} {changes} {library}".encode() for library in ("async", "sync")]
    writer = clients.async_producer(access)
    await clients.start(writer, access)
    await writer.send_and_wait(EPOCHS.name, marks[0], key=b"0")
    await writer.stop()
    sync_writer = clients.producer(access)
    sync_writer.send(EPOCHS.name, marks[1], key=b"0").get(timeout=30)
    sync_writer.close()

    reader = clients.async_consumer(access, EPOCHS.name, auto_offset_reset="earliest")
    await clients.start(reader, access)
    async_read = {(await reader.getone()).value}
    while marks[1] not in async_read:
        async_read.add((await reader.getone()).value)
    await reader.stop()
    sync_reader = clients.consumer(access, auto_offset_reset="earliest")
    sync_reader.subscribe([EPOCHS.name])
    sync_read: set[bytes] = set()
    while marks[1] not in sync_read:
        for records in sync_reader.poll(timeout_ms=500).values():
            sync_read.update(record.value for record in records)
    sync_reader.close()

    assert async_read >= set(marks) and sync_read >= set(marks)


@pytest.mark.parametrize(("security", "changes"), WAYS)
async def test_faust_connects(
    broker: SecuredBroker, security: Any, changes: dict[str, Any]
) -> None:
    """The options for Faust open a connection of its transport."""
    options = clients.faust_options(broker.access(security, **changes))
    servers = [url.removeprefix("kafka://") for url in options["broker"]]
    producer = AIOKafkaProducer(
        bootstrap_servers=servers, **credentials_to_aiokafka_auth(options["broker_credentials"])
    )
    await producer.start()
    partitions = await producer.partitions_for(EPOCHS.name)
    await producer.stop()

    assert partitions == {0}


def refused(broker: SecuredBroker, case: str, folder: Path) -> tuple[KafkaAccess, str]:
    """Return an access that the broker refuses, and the setting that the error must name."""
    files = foreign_files(folder)
    tls = {"prefix": "HIRELAY_KAFKA", "ca": broker.ca}
    (folder / "password").write_text("guessed")
    own_pair = TlsFiles(**tls, certificate=files["certificate"], key=files["key"])
    mutual = broker.access("SSL").bootstrap
    return {
        "password": (
            broker.access("SASL_SSL", password_file=folder / "password"),
            "HIRELAY_KAFKA_PASSWORD_FILE",
        ),
        "user": (broker.access("SASL_PLAINTEXT", user="nobody"), "HIRELAY_KAFKA_USER"),
        "authority": (
            broker.access("SASL_SSL", tls=TlsFiles(prefix="HIRELAY_KAFKA", ca=files["ca"])),
            "HIRELAY_KAFKA_CA",
        ),
        "system's authorities": (
            broker.access("SASL_SSL", tls=TlsFiles(prefix="HIRELAY_KAFKA")),
            "HIRELAY_KAFKA_CA",
        ),
        "no certificate": (
            broker.access("SSL", tls=TlsFiles(**tls)),
            "HIRELAY_KAFKA_CERTIFICATE",
        ),
        "foreign certificate": (broker.access("SSL", tls=own_pair), "HIRELAY_KAFKA_CERTIFICATE"),
        "needless SASL": (
            broker.access("SASL_SSL", bootstrap=mutual, tls=broker.access("SSL").tls),
            "HIRELAY_KAFKA_SECURITY",
        ),
    }[case]


CASES = (
    "password",
    "user",
    "authority",
    "system's authorities",
    "no certificate",
    "foreign certificate",
    "needless SASL",
)


@pytest.mark.parametrize("case", CASES)
def test_a_refused_client_learns_the_setting_quickly(
    broker: SecuredBroker, tmp_path: Path, case: str
) -> None:
    """A client of kafka-python fails at once, instead of after its timeout and without a reason."""
    access, setting = refused(broker, case, tmp_path)
    started = time.monotonic()

    with pytest.raises(Unavailable, match=f"check .*{setting}"):
        clients.admin(access)
    assert time.monotonic() - started < QUICK_S


@pytest.mark.parametrize("case", CASES)
async def test_a_refused_async_client_learns_the_setting(
    broker: SecuredBroker, tmp_path: Path, case: str
) -> None:
    """A client of aiokafka fails with the setting to check."""
    access, setting = refused(broker, case, tmp_path)

    with pytest.raises(Unavailable, match=f"check .*{setting}"):
        await clients.start(clients.async_producer(access), access)


async def test_a_listener_that_requires_more_names_the_security(broker: SecuredBroker) -> None:
    """Without any security, the error of a secured listener names the setting as well."""
    access = KafkaAccess(bootstrap=broker.access("SASL_SSL").bootstrap)

    with pytest.raises(Unavailable, match="check HIRELAY_KAFKA_SECURITY"):
        await clients.start(clients.async_producer(access), access)


def test_one_reachable_server_is_enough(broker: SecuredBroker) -> None:
    """A server that does not answer is no refusal while another accepts the client."""
    reachable = broker.access("SASL_SSL")

    clients.admin(
        broker.access("SASL_SSL", bootstrap=f"127.0.0.1:1, {reachable.bootstrap}")
    ).close()
