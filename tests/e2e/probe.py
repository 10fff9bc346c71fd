"""Measure freshness: post a signed event, and ask ClickHouse until the cell of its own channel shows it."""

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
    """One event by Standard Webhooks; return the HTTP status."""
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
    with urllib.request.urlopen(request, timeout=timeout) as answer:
        return int(answer.status)


def standard(run: dict[str, Any]) -> dict[str, str]:
    """A connection that speaks Standard Webhooks."""
    found: dict[str, str] = next(c for c in run["connections"] if c["vendor"] == "standard")
    return found


def visible_after(run: dict[str, Any], *, probes: int, rate: float) -> list[float]:
    """Seconds from each answer to its cell, `probes` of them at `rate` deliveries a second."""
    connection = standard(run)
    host, port = run["roles"]["clickhouse"]["url"].removeprefix("http://").rstrip("/").split(":")
    client = clickhouse_connect.get_client(host=host, port=int(port))
    mark = uuid.uuid4().hex[:8]
    answered: dict[str, float] = {}
    seen: dict[str, float] = {}

    def deliver() -> None:
        for number in range(probes):
            begun = time.monotonic()
            channel = f"probe-{mark}-{number}"
            application = {
                "id": f"probe-{mark}-{number}",
                "applied_at": datetime.now(UTC).isoformat(),
            }
            data = {"application": application, "channel": {"id": channel}}
            assert post(connection, "application.created", data) < 300
            answered[channel] = time.monotonic()
            time.sleep(max(0.0, 1 / rate - (time.monotonic() - begun)))

    sender = threading.Thread(target=deliver)
    sender.start()
    deadline = time.monotonic() + probes / rate + 30
    query = "select distinct member from v_cells where dimension = 'channel' and startsWith(member, {mark:String})"
    while len(seen) < probes and time.monotonic() < deadline:
        found = client.query(query, parameters={"mark": f"probe-{mark}"}).result_rows
        now = time.monotonic()
        for (member,) in found:
            seen.setdefault(member, now)
        time.sleep(0.02)
    sender.join()
    assert len(seen) == probes, f"{probes - len(seen)} never came"
    return [seen[channel] - answered[channel] for channel in answered]
