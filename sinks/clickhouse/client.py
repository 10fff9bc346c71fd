"""Connects to ClickHouse from one setting: a server over HTTP, or the embedded engine in a directory."""

from typing import Any
from urllib.parse import unquote, urlsplit

import clickhouse_connect
from clickhouse_connect.driver.exceptions import ClickHouseError

from schemas.errors import Unavailable

EMBEDDED = "chdb"


def is_embedded(url: str) -> bool:
    """Return whether the URL names a directory of the embedded engine."""
    return urlsplit(url).scheme == EMBEDDED


def connect(url: str, password: str = "", timeout_s: float = 30.0) -> Any:
    """Return a client for `http(s)://user:password@host:port/database` or `chdb:///directory`.

    Only one process can open a directory; a second one gets Unavailable, as every client does while a server is down.
    """
    parts = urlsplit(url)
    try:
        if parts.scheme == EMBEDDED:
            return clickhouse_connect.get_client(interface="chdb", path=parts.path)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise Unavailable(
                "clickhouse", f"{url!r} is neither http(s)://host:port/ nor chdb:///directory"
            )
        return clickhouse_connect.get_client(
            interface=parts.scheme,
            host=parts.hostname,
            port=parts.port or (8443 if parts.scheme == "https" else 8123),
            username=unquote(parts.username or "default"),
            password=unquote(parts.password or "") or password,
            database=parts.path.strip("/") or "default",
            connect_timeout=5,
            send_receive_timeout=timeout_s,
            autogenerate_session_id=False,
        )
    except (ClickHouseError, OSError) as error:
        place = f"{parts.hostname}:{parts.port}" if parts.hostname else parts.path
        raise Unavailable("clickhouse", f"not at {place}: {str(error)[:200]}") from error
