"""Measure freshness: post a signed event and query ClickHouse until the cell of its channel appears."""

import base64
import hashlib
import hmac
import json
import threading
import time
import urllib.request
import uuid
from datetime import UTC, datetime
from typing import Any

import clickhouse_connect


def post(connection: dict[str, str], kind: str, data: dict[str, Any], timeout: float = 10) -> int:
    """Post one event via Standard Webhooks; return the HTTP status."""
    now = datetime.now(UTC)
    body = json.dumps({"type": kind, "timestamp": now.isoformat(), "data": data}).encode()
    name, stamp = f"msg_{uuid.uuid4().hex}", str(int(now.timestamp()))
    key = base64.b64decode(connection["secret"].removeprefix("whsec_"))
    signed = hmac.new(key, f"{name}.{stamp}.".encode() + body, hashlib.sha256).digest()
    request = urllib.request.Request(
        connection["url"],
        data=body,
        headers={
            "content-type": "application/json",
            "webhook-id": name,
            "webhook-timestamp": stamp,
            "webhook-signature": "v1," + base64.b64encode(signed).decode(),
        },
    )
    with urllib.request.urlopen(request, timeout=timeout) as response:
        return int(response.status)


def standard_connection(run: dict[str, Any]) -> dict[str, str]:
    """Return a connection that uses Standard Webhooks."""
    connection: dict[str, str] = next(c for c in run["connections"] if c["vendor"] == "standard")
    return connection


def measure_delays(run: dict[str, Any], *, probes: int, rate: float) -> list[float]:
    """Return the seconds from each response to its cell, for `probes` deliveries at `rate` per second."""
    connection = standard_connection(run)
    reader = run["roles"]["clickhouse"]
    host, port = reader["url"].removeprefix("http://").rstrip("/").split(":")
    client = clickhouse_connect.get_client(
        host=host, port=int(port), username=reader["user"], password=reader["password"]
    )
    mark = uuid.uuid4().hex[:8]
    answered: dict[str, float] = {}
    seen: dict[str, float] = {}

    def deliver() -> None:
        for number in range(probes):
            started = time.monotonic()
            channel = f"probe-{mark}-{number}"
            application = {
                "id": f"probe-{mark}-{number}",
                "applied_at": datetime.now(UTC).isoformat(),
            }
            data = {"application": application, "channel": {"id": channel}}
            assert post(connection, "application.created", data) < 300
            answered[channel] = time.monotonic()
            time.sleep(max(0.0, 1 / rate - (time.monotonic() - started)))

    sender = threading.Thread(target=deliver)
    sender.start()
    deadline = time.monotonic() + probes / rate + 30
    query = "select distinct member from v_cells where dimension = 'channel' and startsWith(member, {mark:String})"
    while len(seen) < probes and time.monotonic() < deadline:
        rows = client.query(query, parameters={"mark": f"probe-{mark}"}).result_rows
        now = time.monotonic()
        for (member,) in rows:
            seen.setdefault(member, now)
        time.sleep(0.02)
    sender.join()
    assert len(seen) == probes, f"{probes - len(seen)} never came"
    return [seen[channel] - answered[channel] for channel in answered]
