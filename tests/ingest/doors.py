"""Doors for tests: two tenants, their secrets in plain sight, and what a body becomes behind them."""

import base64
import hmac
import json
from pathlib import Path
from typing import Any

from schemas.errors import Malformed, Unmapped
from schemas.tenancy import Connection, Secret, Tenancy, Tenant
from streams.ingest.config import Configuration, Vault, resolve
from streams.ingest.server import keys
from streams.ingest.vendor import Context, Headers, Translation, Vendor
from streams.ingest.vendors import VENDORS
from tests.fakes import NOON

GREENHOUSE_KEY = b"a greenhouse secret of the test"
STANDARD_KEY = bytes(range(24))
ENVIRON = {
    "GREENHOUSE": GREENHOUSE_KEY.decode(),
    "STANDARD": "whsec_" + base64.b64encode(STANDARD_KEY).decode(),
    "QUARANTINE": "a quarantine key of any length",
    "PERSON": "p",
}
GREENHOUSE = "/hooks/greenhouse/acme-greenhouse"
LENIENT = "/hooks/greenhouse/acme-lenient"
PENDING = "/hooks/greenhouse/acme-pending"
STANDARD = "/hooks/standard/acme-events"


def connection(vendor: str, name: str, **more: Any) -> Connection:
    """A connection of the tenant acme, with its vendor's secret unless told otherwise."""
    secrets = more.pop("secrets", (Secret(env=vendor.upper()),))
    return Connection(id=f"acme-{name}", vendor=vendor, secrets=secrets, **more)


def tenancy() -> Tenancy:
    """One tenant with one connection of each behaviour."""
    acme = Tenant(
        id="acme",
        name="アクメ",
        quarantine_key=Secret(env="QUARANTINE"),
        person_key=Secret(env="PERSON"),
        connections=(
            connection("greenhouse", "greenhouse"),
            connection("greenhouse", "lenient", on_bad_signature="quarantine"),
            connection("greenhouse", "pending", secrets=()),
            connection("greenhouse", "prefixed", id_prefix="gh-", test=True),
            connection("standard", "events"),
            connection("standard", "prefixed-events", id_prefix="own-"),
        ),
    )
    return Tenancy(tenants=(acme,))


def configuration() -> Configuration:
    """The doors of `tenancy`."""
    return resolve(tenancy(), Vault(ENVIRON, Path()), keys())


def vendor(name: str) -> Vendor:
    """The vendor of that name."""
    return next(each for each in VENDORS if each.name == name)


def context(name: str = "greenhouse", connection_id: str | None = None) -> Context:
    """At noon in Tokyo, behind the first connection of that vendor."""
    for tenant in tenancy().tenants:
        for each in tenant.connections:
            if each.vendor == name and connection_id in {None, each.id}:
                return Context(tenant=tenant, connection=each, now=NOON)
    raise LookupError(name)


def translated(body: bytes, headers: Headers = (), connection_id: str | None = None) -> Translation:
    """What Greenhouse's adapter makes of a body."""
    return vendor("greenhouse").translate(body, headers, context("greenhouse", connection_id))


def expectation(body: bytes) -> dict[str, Any]:
    """The same as JSON, or the error, in the form of the `.expect.json` files."""
    try:
        result = translated(body)
    except (Malformed, Unmapped) as error:
        return {"error": type(error).__name__, "reason": error.reason, "detail": error.detail}
    shown = ("id", "type", "time", "timequality", "subject", "data")
    events = [json.loads(event.model_dump_json(exclude_none=True)) for event in result.events]
    return {
        "events": [{name: event[name] for name in shown} for event in events],
        "ignored": [list(each) for each in result.ignored],
        "ping": result.ping,
    }


def greenhouse_signed(body: bytes, key: bytes = GREENHOUSE_KEY) -> dict[str, str]:
    """The headers that Greenhouse sends with a body."""
    digest = hmac.new(key, body, "sha256").hexdigest()
    return {"Signature": f"sha256 {digest}", "Greenhouse-Event-ID": "delivery-1"}


def standard_signed(
    body: bytes, message: str = "msg_1", seconds: float = 0, content_type: str = "application/json"
) -> dict[str, str]:
    """The headers of Standard Webhooks, signed `seconds` after noon."""
    stamp = str(int(NOON.timestamp() + seconds))
    signed = f"{message}.{stamp}.".encode() + body
    mac = base64.b64encode(hmac.new(STANDARD_KEY, signed, "sha256").digest()).decode()
    return {
        "webhook-id": message,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{mac}",
        "content-type": content_type,
    }
