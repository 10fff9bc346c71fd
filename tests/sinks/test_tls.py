"""ClickHouse over TLS: what the client trusts and how it identifies itself."""

import base64
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from schemas.errors import Malformed, Unavailable
from sinks.clickhouse.access import ClickHouseAccess
from sinks.clickhouse.client import connect
from sinks.tls import TlsFiles
from tests.certificates import Authority


class Attempt(NamedTuple):
    """One request: the common name of the client certificate and the headers that identify the user."""

    common_name: str
    authorization: str
    user: str


class SecuredServer(ThreadingHTTPServer):
    """An HTTPS server that requires a client certificate; it records requests and answers none of them."""

    def __init__(self, authority: Authority) -> None:
        """Listen on a free port."""
        super().__init__(("127.0.0.1", 0), RefusingHandler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*authority.issue("server"))
        context.load_verify_locations(authority.ca)
        context.verify_mode = ssl.CERT_REQUIRED
        context.maximum_version = (
            ssl.TLSVersion.TLSv1_2
        )  # with 1.3 the refusal races with the request
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.attempts: list[Attempt] = []

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay silent about handshakes that fail as they should."""


class RefusingHandler(BaseHTTPRequestHandler):
    """Records each request and answers 503."""

    server: SecuredServer

    def do_POST(self) -> None:
        """Record who asks."""
        certificate: Any = self.connection.getpeercert()  # type: ignore[attr-defined]
        names = dict(pair for part in certificate["subject"] for pair in part)
        self.server.attempts.append(
            Attempt(
                names["commonName"],
                self.headers.get("Authorization", ""),
                self.headers.get("X-ClickHouse-User", ""),
            )
        )
        self.send_error(503)

    def log_message(self, *_: Any) -> None:
        """Print nothing."""


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """The authority of server and clients."""
    return Authority(tmp_path / "authority")


@pytest.fixture
def server(authority: Authority) -> Iterator[SecuredServer]:
    """A running server."""
    running = SecuredServer(authority)
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    yield running
    running.shutdown()
    thread.join()
    running.server_close()


def access(server: SecuredServer, password: str = "", **files: Path) -> ClickHouseAccess:
    """Return the access of user `hirelay` with these files."""
    return ClickHouseAccess(
        url=f"https://hirelay@127.0.0.1:{server.server_port}/hirelay",
        password=password,
        tls=TlsFiles(prefix="HIRELAY_CLICKHOUSE", **files),
    )


def attempt(access: ClickHouseAccess, server: SecuredServer) -> Attempt:
    """Connect, which fails because the server answers 503; return the first request."""
    with pytest.raises(Unavailable):
        connect(access)
    return server.attempts[0]


def test_a_certificate_identifies_the_user(authority: Authority, server: SecuredServer) -> None:
    """Without a password, the certificate authenticates the user of the URL."""
    certificate, key = authority.issue("archiver")
    files = {"ca": authority.ca, "certificate": certificate, "key": key}

    assert attempt(access(server, **files), server) == Attempt("archiver", "", "hirelay")


def test_a_password_is_sent_beside_a_certificate(
    authority: Authority, server: SecuredServer
) -> None:
    """With a password, the certificate only opens the connection."""
    certificate, key = authority.issue("archiver")
    files = {"ca": authority.ca, "certificate": certificate, "key": key}
    basic = "Basic " + base64.b64encode(b"hirelay:secret").decode()

    assert attempt(access(server, "secret", **files), server) == Attempt("archiver", basic, "")


def test_an_untrusted_server_receives_nothing(authority: Authority, server: SecuredServer) -> None:
    """A server of an unknown authority gets no request, and the error says why."""
    certificate, key = authority.issue("archiver")

    with pytest.raises(Unavailable, match="HIRELAY_CLICKHOUSE_CA"):
        connect(access(server, certificate=certificate, key=key))
    assert server.attempts == []


def test_a_server_that_requires_a_certificate_is_unavailable_without(
    authority: Authority, server: SecuredServer
) -> None:
    """Without the certificate that the server requires, the client is refused."""
    with pytest.raises(Unavailable, match="HIRELAY_CLICKHOUSE_CERTIFICATE"):
        connect(access(server, ca=authority.ca))
    assert server.attempts == []


@pytest.mark.parametrize("swapped", ["key", "ca"])
def test_an_unusable_file_is_named(
    authority: Authority, server: SecuredServer, swapped: str
) -> None:
    """A file with other content than its variable says is named instead of a driver error."""
    certificate, key = authority.issue("archiver")
    _, other_key = authority.issue("other")
    files = {"ca": authority.ca, "certificate": certificate, "key": key, swapped: other_key}

    with pytest.raises(Malformed, match=f"HIRELAY_CLICKHOUSE_{swapped.upper()}"):
        connect(access(server, **files))
