"""Gateway fixtures: a tenant with a connection of every vendor, its secrets, and translated deliveries."""

import base64
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from schemas.errors import Malformed, Unmapped
from schemas.privacy.person_ids import PersonKeys
from schemas.tenants.config import Connection, Secret, Tenancy, Tenant, WebhookSecret
from streams.configuration.secret_store import SecretStore
from streams.ingest.configuration_watcher import vendor_schemes
from streams.ingest.connections import Configuration, derive_key, resolve
from streams.ingest.vendor import Context, Headers, Translation, Vendor
from streams.ingest.vendors import VENDORS
from streams.simulator.signing import SIGNERS, UnsignedDelivery
from tests.fakes import NOON

SIGNING = [
    vendor for vendor in VENDORS if vendor.name in SIGNERS
]  # the vendors that the simulator can sign for
STANDARD_KEY = bytes(range(24))
ENVIRON = {
    **{vendor.name.upper(): f"a {vendor.name} secret of the test" for vendor in VENDORS},
    "CAREERRELAY": "whsec_" + base64.b64encode(STANDARD_KEY).decode(),
    "STANDARD": "whsec_" + base64.b64encode(STANDARD_KEY).decode(),
    "QUARANTINE": "a quarantine key of any length",
    "PERSON": "a person key of any length",
    "ADDRESS": "an-address-key",
    "TOKEN": "acme-token-of-the-first-half-year",
    "NEXT_TOKEN": "acme-token-of-the-second-half-year",
}
GREENHOUSE_KEY = ENVIRON["GREENHOUSE"].encode()
GREENHOUSE = "/hooks/greenhouse/acme-greenhouse"
LENIENT = "/hooks/greenhouse/acme-lenient"
PENDING = "/hooks/greenhouse/acme-pending"
SECRET_ADDRESS = "/hooks/greenhouse/acme-addressed"
STANDARD = "/hooks/standard/acme-events"


def connection(vendor: str, name: str, **more: Any) -> Connection:
    """A connection of the tenant acme, by default with its vendor's secret."""
    secrets = more.pop("secrets", (WebhookSecret(env=vendor.upper()),))
    return Connection(id=f"acme-{name}", vendor=vendor, secrets=secrets, **more)


def address_key(vendor: Vendor) -> Secret | None:
    """The address key of a vendor whose signatures do not cover the body."""
    return Secret(env="ADDRESS") if vendor.needs_address_key else None


def address(name: str, connection_id: str = "") -> str:
    """The path of a connection of acme, by default of its connection of that vendor's name."""
    path = f"/hooks/{name}/acme-{connection_id or name}"
    return f"{path}/{ENVIRON['ADDRESS']}" if vendor(name).needs_address_key else path


def tenancy() -> Tenancy:
    """One tenant with one connection of each vendor and of each behaviour."""
    acme = Tenant(
        id="acme",
        name="アクメ",
        quarantine_key=Secret(env="QUARANTINE"),
        person_key=Secret(env="PERSON"),
        api_tokens=(Secret(env="TOKEN"), Secret(env="NEXT_TOKEN")),
        connections=(
            *(connection(v.name, v.name, address_key=address_key(v)) for v in VENDORS),
            connection("greenhouse", "lenient", on_bad_signature="quarantine"),
            connection("greenhouse", "pending", secrets=()),
            connection("greenhouse", "prefixed", id_prefix="gh-", test=True),
            connection("greenhouse", "addressed", address_key=Secret(env="ADDRESS")),
            connection("ashby", "ashby-lenient", on_bad_signature="quarantine"),
            connection("lever", "lever-locked", address_key=Secret(env="ADDRESS")),
            connection("careerrelay", "relay"),
            connection("standard", "events"),
            connection("standard", "prefixed-events", id_prefix="own-"),
        ),
    )
    return Tenancy(tenants=(acme,))


def configuration() -> Configuration:
    """The resolved configuration of `tenancy`."""
    return resolve(tenancy(), SecretStore(ENVIRON, Path()), vendor_schemes())


def vendor(name: str) -> Vendor:
    """The vendor of that name."""
    return next(vendor for vendor in VENDORS if vendor.name == name)


def context(name: str = "greenhouse", connection_id: str | None = None) -> Context:
    """The context of the first matching connection of the vendor, at noon in Tokyo."""
    for tenant in tenancy().tenants:
        for connection in tenant.connections:
            if connection.vendor == name and connection_id in {None, connection.id}:
                key = derive_key(ENVIRON["PERSON"].encode(), b"hirelay/person/1")
                return Context(
                    tenant=tenant, connection=connection, now=NOON, person_keys=PersonKeys((key,))
                )
    raise LookupError(name)


@dataclass(frozen=True)
class Fixture:
    """A delivery of a vendor: the bytes of its body, and the relevant headers besides the signature."""

    vendor: str
    body: bytes
    headers: Headers = ()

    def translated(
        self, connection_id: str | None = None, later: timedelta = timedelta()
    ) -> Translation:
        """Return the adapter's translation at noon plus `later`; raise Malformed or Unmapped."""
        where = replace(context(self.vendor, connection_id), now=NOON + later)
        return vendor(self.vendor).translate(self.body, self.headers, where)


def files(vendor: str = "*") -> list[Path]:
    """The delivery files in `tests/vendors/<vendor>/`, without `_….json` (vendor data) and `….expect.json`."""
    paths = (Path(__file__).parents[1] / "vendors").glob(f"{vendor}/[!_]*.json")
    return sorted(path for path in paths if not path.name.endswith(".expect.json"))


def fixture(path: Path) -> Fixture:
    """The delivery in a file of `tests/vendors/<vendor>/`: a body, or `{"_headers": …, "body": …}`."""
    raw = path.read_bytes()
    value = json.loads(raw)
    if isinstance(value, dict) and "_headers" in value:
        headers = tuple((name.lower(), text) for name, text in value["_headers"].items())
        return Fixture(path.parent.name, json.dumps(value["body"]).encode(), headers)
    return Fixture(path.parent.name, raw)


def lower(headers: Mapping[str, str]) -> Headers:
    """Headers in the form the gateway uses."""
    return tuple((name.lower(), value) for name, value in headers.items())


def signed(
    delivery: Fixture, *, name: str = "d-1", at: datetime = NOON, secret: str | None = None
) -> tuple[bytes, dict[str, str]]:
    """Body and headers of a delivery as its vendor sends it, with the secret of `configuration`."""
    own_headers = dict(delivery.headers)
    body, headers = SIGNERS[delivery.vendor](
        UnsignedDelivery(
            body=delivery.body,
            name=own_headers.get("event-id", name),
            event=own_headers.get("event-name", ""),
            secret=secret or ENVIRON[delivery.vendor.upper()],
            attempted_at=at,
            occurred_at=at,
        )
    )
    ours = {header.lower() for header in headers}
    rest = {name: value for name, value in own_headers.items() if name not in ours}
    return body, {"content-type": "application/json"} | rest | headers


def translated(body: bytes, headers: Headers = (), connection_id: str | None = None) -> Translation:
    """The translation of a body by Greenhouse's adapter."""
    return Fixture("greenhouse", body, headers).translated(connection_id)


def expectation(delivery: Fixture) -> dict[str, Any]:
    """The translation of a delivery, or the error, in the format of the `.expect.json` files."""
    try:
        result = delivery.translated()
    except (Malformed, Unmapped) as error:
        return {"error": type(error).__name__, "reason": error.reason, "detail": error.detail}
    fields = ("id", "type", "time", "timequality", "subject", "data")
    events = [json.loads(event.model_dump_json(exclude_none=True)) for event in result.events]
    expected: dict[str, Any] = {
        "events": [{name: event[name] for name in fields} for event in events],
        "ignored": [list(pair) for pair in result.ignored],
        "ping": result.ping,
    }
    if result.faults:
        expected["faults"] = [[fault.reason, fault.detail] for fault in result.faults]
    return expected


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
