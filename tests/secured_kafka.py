"""A real Kafka broker whose client listeners require TLS or SASL, with certificates of its own authority."""

import contextlib
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schemas.errors import Unavailable
from sinks.tls import TlsFiles
from streams.configuration.kafka_access import KafkaAccess, KafkaSecurity
from streams.kafka import clients
from streams.local.kafka import PROPERTIES, format_storage
from tests.certificates import Authority
from tests.ports import free_port

USER, PASSWORD = "hirelay", "correct horse"
MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
PLAIN_LOGIN = "org.apache.kafka.common.security.plain.PlainLoginModule required"
SCRAM_LOGIN = "org.apache.kafka.common.security.scram.ScramLoginModule required"


@dataclass(frozen=True, kw_only=True)
class SecuredBroker:
    """A running broker; `access` returns what a correctly configured client needs for a listener."""

    directory: Path
    ports: dict[str, int]
    ca: Path
    client: tuple[Path, Path]

    def access(self, security: KafkaSecurity, **changes: Any) -> KafkaAccess:
        """Return the access to one listener; SASL uses SCRAM-SHA-512, and SSL a client certificate."""
        certificate, key = self.client if security == "SSL" else (None, None)
        tls = TlsFiles(prefix="HIRELAY_KAFKA", ca=self.ca, certificate=certificate, key=key)
        values: dict[str, Any] = {"bootstrap": f"127.0.0.1:{self.ports[security]}"}
        values |= {"security": security}
        if security != "SASL_PLAINTEXT":
            values |= {"tls": tls}
        if security != "SSL":
            values |= {"user": USER, "password_file": self.directory / "password"}
        return KafkaAccess(**(values | changes))


@contextmanager
def running_secured_broker(directory: Path, *listeners: KafkaSecurity) -> Iterator[SecuredBroker]:
    """Run a broker with these listeners and no others for clients; the broker itself uses the last, with PLAIN."""
    authority = Authority(directory)
    certificate, key = authority.issue("broker")
    (directory / "broker.pem").write_bytes(key.read_bytes() + certificate.read_bytes())
    (directory / "password").write_text(f"{PASSWORD}\n")
    ports = {name: free_port() for name in ("CONTROLLER", *listeners)}
    broker = SecuredBroker(
        directory=directory, ports=ports, ca=authority.ca, client=authority.issue("client")
    )
    credentials = [
        word
        for mechanism in MECHANISMS[1:]
        for word in ("--add-scram", f"{mechanism}=[name={USER},password={PASSWORD}]")
    ]
    command = format_storage(directory, _properties(directory, ports), *credentials)
    with (directory / "broker.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        _wait_until_ready(broker.access(listeners[-1]))
        yield broker
    finally:
        process.kill()
        process.wait()


def _wait_until_ready(access: KafkaAccess) -> None:
    host, port = access.bootstrap.split(":")
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, Unavailable):
            socket.create_connection((host, int(port)), timeout=1).close()
            clients.admin(access).close()
            return
        time.sleep(0.1)
    raise TimeoutError("the broker did not start")


def _properties(directory: Path, ports: dict[str, int]) -> str:
    names = [name for name in ports if name != "CONTROLLER"]
    addresses = [f"{name}://127.0.0.1:{ports[name]}" for name in names]
    lines = [
        f"listeners={','.join(addresses)},CONTROLLER://127.0.0.1:{ports['CONTROLLER']}",
        f"advertised.listeners={','.join(addresses)}",
        f"listener.security.protocol.map=CONTROLLER:PLAINTEXT,{','.join(f'{n}:{n}' for n in names)}",
        f"inter.broker.listener.name={names[-1]}",
        "broker.session.timeout.ms=30000",  # a busy machine is no failed broker
        "offsets.topic.num.partitions=1",
        "sasl.mechanism.inter.broker.protocol=PLAIN",
        f"sasl.enabled.mechanisms={','.join(MECHANISMS)}",
        "ssl.keystore.type=PEM",
        f"ssl.keystore.location={directory / 'broker.pem'}",
        "ssl.truststore.type=PEM",
        f"ssl.truststore.location={directory / 'ca.crt'}",
        "listener.name.ssl.ssl.client.auth=required",
    ]
    for listener in (name.lower() for name in names if name.startswith("SASL")):
        prefix = f"listener.name.{listener}"
        account = f'username="{USER}" password="{PASSWORD}" user_{USER}="{PASSWORD}"'
        lines.append(f"{prefix}.plain.sasl.jaas.config={PLAIN_LOGIN} {account};")
        lines += [f"{prefix}.{m.lower()}.sasl.jaas.config={SCRAM_LOGIN};" for m in MECHANISMS[1:]]
    plain = PROPERTIES.format(port=0, controller=ports["CONTROLLER"], data=directory / "data")
    return plain + "\n".join(lines) + "\n"
