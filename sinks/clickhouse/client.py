"""Connects to ClickHouse from one setting: a server over HTTP, or the embedded engine in a directory."""

from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

import clickhouse_connect
from clickhouse_connect.driver.exceptions import ClickHouseError

from schemas.errors import Unavailable
from sinks.clickhouse.access import ClickHouseAccess
from sinks.tls import TlsFiles

EMBEDDED = "chdb"


def is_embedded(url: str) -> bool:
    """Return whether the URL names a directory of the embedded engine."""
    return urlsplit(url).scheme == EMBEDDED


def connect(access: ClickHouseAccess, timeout_s: float = 30.0) -> Any:
    """Return a client for `http(s)://user:password@host:port/database` or `chdb:///directory`.

    Only one process can open a directory; a second one gets Unavailable, as every client does while a server is down.
    Raises Malformed for unusable PEM files.
    """
    parts = urlsplit(access.url)
    try:
        if parts.scheme == EMBEDDED:
            return clickhouse_connect.get_client(interface="chdb", path=parts.path)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise Unavailable(
                "clickhouse",
                "HIRELAY_CLICKHOUSE is neither http(s)://host:port/ nor chdb:///directory",
            )
        return _connect_to_server(access, parts, timeout_s)
    except (ClickHouseError, OSError) as error:
        place = f"{parts.hostname}:{parts.port}" if parts.hostname else parts.path
        detail = access.tls.remedy(str(error)) or str(error)[:200]
        raise Unavailable("clickhouse", f"not at {place}: {detail}") from error


def _connect_to_server(access: ClickHouseAccess, parts: SplitResult, timeout_s: float) -> Any:
    password = unquote(parts.password or "") or access.password
    return clickhouse_connect.get_client(
        interface=parts.scheme,
        host=parts.hostname,
        port=parts.port or (8443 if parts.scheme == "https" else 8123),
        username=unquote(parts.username or access.user),
        password=password,
        database=parts.path.strip("/") or "default",
        connect_timeout=5,
        send_receive_timeout=timeout_s,
        autogenerate_session_id=False,
        **_tls_options(access.tls, password),
    )


def _tls_options(tls: TlsFiles, password: str) -> dict[str, str]:
    """Return the driver's TLS options; `strict` sends a password beside the certificate, `mutual` none."""
    if not tls:
        return {}
    tls.context()  # names the unusable file, which the driver does not
    options = {"ca_cert": tls.ca, "client_cert": tls.certificate, "client_cert_key": tls.key}
    paths = {name: str(path) for name, path in options.items() if path is not None}
    return paths | {"tls_mode": "strict" if password else "mutual"}
