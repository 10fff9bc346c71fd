"""A configuration for end-to-end tests: one tenant per vendor, and some for special cases."""

import base64
import hashlib
import urllib.error
import urllib.request
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from streams.ingest.vendors import VENDORS
from tests.e2e.conftest import Stack
from tests.ingest.gateways import Fixture, signed
from tests.vendors.folding import counts_occurrences

TOTALS = """
select day, measure, value
from v_cells
where tenant = {tenant:String} and dimension = 'total' and basis = 'decision'
"""


def secret_of(vendor: str, name: str) -> str:
    """Return the secret of a connection, in the vendor's format."""
    if vendor in {"standard", "careerrelay"}:
        return "whsec_" + base64.b64encode(hashlib.sha256(name.encode()).digest()).decode()
    return f"a secret of {vendor} for {name}"


def write_secret(path: Path, text: str) -> dict[str, str]:
    """Write a secret that only its owner can read; return its reference."""
    path.touch(mode=0o600)
    path.write_text(text)
    return {"file": str(path)}


def tenant(folder: Path, name: str, *connections: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a tenant in Tokyo."""
    keys = {
        purpose: write_secret(folder / f"{name}-{purpose}", f"a {purpose} of {name}")
        for purpose in ("quarantine_key", "person_key")
    }
    return {"id": name, "name": name, **keys, **more, "connections": list(connections)}


def connection(folder: Path, name: str, vendor: str, *, waits: bool = False) -> dict[str, Any]:
    """Return a connection; a waiting one has an empty secret file."""
    text = "" if waits else secret_of(vendor, name)
    secrets = [write_secret(folder / f"{name}-secret", text)]
    entry: dict[str, Any] = {"id": name, "vendor": vendor, "secrets": secrets}
    if next(v for v in VENDORS if v.name == vendor).needs_address_key:
        entry["address_key"] = write_secret(folder / f"{name}-address", f"address-of-{name}")
    return entry


def write_configuration(folder: Path, *more: dict[str, Any]) -> Path:
    """Write the configuration file, with more tenants, and return its path."""
    vendors = [vendor.name for vendor in VENDORS]
    tenants = [
        *(tenant(folder, f"of-{v}", connection(folder, f"{v}-story", v)) for v in vendors),
        tenant(folder, "waiting", connection(folder, "waiting-gh", "greenhouse", waits=True)),
        tenant(folder, "mapping", connection(folder, "mapping-lever", "lever")),
        tenant(
            folder,
            "erasing",
            connection(folder, "erasing-events", "standard"),
            deleted_candidates="retract",
        ),
        tenant(folder, "connecting"),
        *(
            tenant(
                folder, name, connection(folder, f"{name}-events", "standard"), hire_value=5_000_000
            )
            for name in ("golden", "tables", "logs", "corrections")
        ),
        *more,
    ]
    path = folder / "hirelay.yaml"
    path.write_text(yaml.safe_dump({"tenants": tenants}, sort_keys=False))
    return path


def post_delivery(stack: Stack, name: str, delivery: Fixture, number: int = 0) -> int:
    """Post a delivery to a connection, signed now as its vendor signs; return the HTTP status."""
    target = stack.connection(name)
    secret = target["secret"] or secret_of(delivery.vendor, name)
    now = datetime.now(UTC)
    # The fixtures of a vendor share the id of one delivery, which here are many.
    own = tuple(header for header in delivery.headers if header[0] != "event-id")
    delivery = replace(delivery, headers=own)
    digest = hashlib.sha256(delivery.body).hexdigest()[:12]  # another body is another delivery
    body, headers = signed(delivery, name=f"{name}-{number}-{digest}", at=now, secret=secret)
    request = urllib.request.Request(target["url"], data=body, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code


def totals(stack: Stack, name: str) -> dict[date, dict[str, int]]:
    """Return the measures of a whole tenant by local day, as ClickHouse shows them, without those of how data arrived."""
    totals_by_day: dict[date, dict[str, int]] = {}
    for day, measure, value in stack.query(TOTALS, tenant=name):
        if counts_occurrences(measure) and not measure.startswith("quality."):
            totals_by_day.setdefault(day, {})[measure] = value
    return totals_by_day


def days() -> set[date]:
    """Return today in Tokyo and yesterday, in case midnight passes during a test."""
    today = datetime.now(ZoneInfo("Asia/Tokyo")).date()
    return {today, today - timedelta(days=1)}
