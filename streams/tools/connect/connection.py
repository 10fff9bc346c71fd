"""`hirelay connect`: create the connection of a vendor's webhook and show how to set it up at the vendor."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from schemas.tenants.config import Connection, Tenancy
from sinks.clickhouse.client import connect as clickhouse
from streams.configuration.files import Misconfigured, load_tenancy
from streams.configuration.secret_store import is_pending
from streams.configuration.settings import Settings
from streams.ingest.vendor import Vendor
from streams.ingest.vendors import VENDORS
from streams.tools.connect import config_file

SECRETS_FOLDER = "secrets"  # folder next to the configuration file
POLL_INTERVAL_S = 1.0
COUNTS_SQL = """
select
    what,
    name,
    total
from v_connection_counts
where connection = {connection:String}
"""


@dataclass(frozen=True, kw_only=True)
class ConnectRequest:
    """The connection to create. An empty `name` means `<tenant>-<vendor>`; `secret` is the one issued by the vendor, if any."""

    vendor: Vendor
    tenant: str
    name: str = ""
    secret: str = ""
    address_key: bool = False

    @property
    def connection(self) -> str:
        """The id of the connection."""
        return self.name or f"{self.tenant}-{self.vendor.name}"


@dataclass(frozen=True, kw_only=True)
class ConnectResult:
    """The connection: the URL to paste, and the secret to paste or the file that awaits one."""

    connection: str
    url: str
    secret: str
    secret_file: Path | None
    is_new: bool


def find_vendor(name: str) -> Vendor:
    """The vendor of that name; raise Misconfigured."""
    match = next((vendor for vendor in VENDORS if vendor.name == name), None)
    if match is None:
        names = ", ".join(vendor.name for vendor in VENDORS)
        msg = f"no vendor {name!r}; known: {names}. Systems without an adapter send `standard`."
        raise Misconfigured(msg)
    return match


def connect(settings: Settings, request: ConnectRequest) -> ConnectResult:
    """Create the connection, or add a secret to an existing one; a running gateway picks it up within seconds.

    Raises Misconfigured if the tenant is unknown, the id belongs to another connection, or the secret is not valid.
    """
    tenancy = load_tenancy(settings.config)
    _validate(tenancy, request, settings.config)
    existing = tenancy.find_webhook(request.vendor.name, request.connection)
    if existing is not None:
        return _update_existing(settings, request, existing[1])
    folder = settings.config.parent / SECRETS_FOLDER
    secret = request.secret
    if not secret and request.vendor.key_issuer == "customer":
        secret = request.vendor.generate_secret()
    path = _write_secret(folder, request.connection, secret)
    entry = _new_entry(request, path)
    address_key = ""
    if request.address_key or request.vendor.needs_address_key:
        address_key = request.vendor.generate_secret()[:32]
        address_file = _write_secret(folder, f"{request.connection}-address", address_key)
        entry["address_key"] = {"file": f"{SECRETS_FOLDER}/{address_file.name}"}
    config_file.add_connection(settings.config, request.tenant, entry)
    return ConnectResult(
        connection=request.connection,
        url=_url(settings, request, address_key),
        secret=secret if request.vendor.key_issuer == "customer" else "",
        secret_file=path,
        is_new=True,
    )


def _validate(tenancy: Tenancy, request: ConnectRequest, path: Path) -> None:
    if tenancy.tenant(request.tenant) is None:
        tenant_ids = ", ".join(tenant.id for tenant in tenancy.tenants)
        msg = f"no tenant {request.tenant!r} in {path}; known: {tenant_ids}"
        raise Misconfigured(msg)
    owner = tenancy.find_connection(request.connection)
    if owner and (owner[0].id, owner[1].vendor) != (request.tenant, request.vendor.name):
        msg = f"{request.connection} is a {owner[1].vendor} connection of {owner[0].id}; choose another --name"
        raise Misconfigured(msg)
    try:
        request.vendor.key(request.secret.encode() or request.vendor.generate_secret().encode())
    except ValueError as error:
        msg = f"that is not a secret of {request.vendor.title}: {error}"
        raise Misconfigured(msg) from error


def _new_entry(request: ConnectRequest, secret_file: Path) -> config_file.Entry:
    entry: config_file.Entry = {
        "id": request.connection,
        "vendor": request.vendor.name,
        "secrets": [{"file": f"{SECRETS_FOLDER}/{secret_file.name}"}],
    }
    if request.vendor.on_bad_signature != "reject":
        entry["on_bad_signature"] = request.vendor.on_bad_signature
    return entry


def _update_existing(
    settings: Settings, request: ConnectRequest, existing: Connection
) -> ConnectResult:
    """The existing connection; a new secret fills the awaited one or is added to the others."""
    directory = settings.config.parent
    awaited = next((secret for secret in existing.secrets if is_pending(secret, directory)), None)
    latest = awaited or next((secret for secret in existing.secrets if secret.file), None)
    path = directory / latest.file if latest is not None and latest.file else None
    if request.secret and awaited is not None and path is not None:
        path.write_text(request.secret)
    elif request.secret:
        name = f"{existing.id}-{len(existing.secrets) + 1}"
        path = _write_secret(directory / SECRETS_FOLDER, name, request.secret)
        secret = {"file": f"{SECRETS_FOLDER}/{path.name}"}
        config_file.add_secret(settings.config, request.tenant, existing.id, secret)
    key = existing.address_key
    address = (directory / key.file).read_text().strip() if key and key.file else ""
    if key and not address:
        address = f"<the value of {key.env}>"
    return ConnectResult(
        connection=existing.id,
        url=_url(settings, request, address),
        secret="",
        secret_file=path,
        is_new=False,
    )


def _write_secret(folder: Path, name: str, secret: str) -> Path:
    """Create a secret file that only its owner can read; an empty file awaits its secret."""
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / name
    path.touch(mode=0o600)
    path.write_text(secret)
    return path


def _url(settings: Settings, request: ConnectRequest, address: str) -> str:
    path = f"{settings.gateway_address}/hooks/{request.vendor.name}/{request.connection}"
    return f"{path}/{address}" if address else path


def setup_guide(vendor: Vendor, result: ConnectResult) -> str:
    """The vendor's setup steps and the events to select (Markdown), with the URL filled in."""
    folder = files("streams.ingest.vendors") / vendor.name
    sections = (folder / "README.md").read_text().split("\n## ")
    relevant = [section for section in sections if section.startswith(("Set up", "Events to tick"))]
    text = "\n".join(f"## {section}" for section in relevant)
    example = f"https://<your gateway>/hooks/{vendor.name}/<connection id>"
    return text.replace(example, result.url).replace("<connection id>", result.connection)


def watch_arrivals(settings: Settings, connection: str) -> Iterator[tuple[str, str]]:
    """Yield what arrives through the connection from now on as (what, name), ("", "") if nothing new did. Raises Unavailable."""
    client = clickhouse(settings.clickhouse_access)
    previous = _counts(client, connection)
    while True:
        time.sleep(POLL_INTERVAL_S)
        current = _counts(client, connection)
        changed = [key for key, total in current.items() if total > previous.get(key, 0)]
        yield from changed or [("", "")]
        previous = current


def _counts(client: Any, connection: str) -> dict[tuple[str, str], int]:
    rows = client.query(COUNTS_SQL, parameters={"connection": connection}).result_rows
    return {(what, name): total for what, name, total in rows}
