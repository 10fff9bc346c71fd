"""`hirelay connect`: make the connection of a vendor's webhook, and lead through the vendor's page."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from schemas.tenants.config import Connection, Tenancy
from sinks.clickhouse.client import connect as clickhouse
from streams.configuration.files import Misconfigured, load_tenancy
from streams.configuration.settings import Settings
from streams.ingest import connections
from streams.ingest.vendor import Vendor, no_nonce
from streams.ingest.vendors import VENDORS
from streams.tools.connect import config_file

SECRETS = "secrets"  # folder beside the configuration
LOOK_S = 1.0
COUNTS = """
select
    what,
    name,
    total
from v_connection_counts
where connection = {connection:String}
"""


@dataclass(frozen=True, kw_only=True)
class ConnectRequest:
    """What was asked for. An empty `name` takes `<tenant>-<vendor>`; `secret` is what the vendor has shown, if it has."""

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
    """What there is now: the address to paste, and the secret to paste or the file that waits for one."""

    connection: str
    url: str
    secret: str
    secret_file: Path | None
    is_new: bool


def vendor_of(name: str) -> Vendor:
    """The vendor of that name; raise Misconfigured."""
    found = next((each for each in VENDORS if each.name == name), None)
    if found is None:
        known = ", ".join(each.name for each in VENDORS)
        msg = f"no vendor {name!r}; known: {known}. Systems without an adapter send `standard`."
        raise Misconfigured(msg)
    return found


def connect(settings: Settings, wanted: ConnectRequest) -> ConnectResult:
    """Make the connection, or add a secret to one that is there; a running gateway takes it up within seconds.

    Raises Misconfigured when the tenant is unknown, the id is another connection's, or the secret cannot be one.
    """
    tenancy = load_tenancy(settings.config)
    _check(tenancy, wanted, settings.config)
    held = tenancy.find(wanted.vendor.name, wanted.connection)
    if held is not None:
        return _again(settings, wanted, held[1])
    folder = settings.config.parent / SECRETS
    secret = wanted.secret
    if not secret and wanted.vendor.keyed_by == "customer":
        secret = wanted.vendor.make()
    path = _keep(folder, wanted.connection, secret)
    entry: config_file.Entry = {
        "id": wanted.connection,
        "vendor": wanted.vendor.name,
        "secrets": [{"file": f"{SECRETS}/{path.name}"}],
    }
    if wanted.vendor.on_bad_signature != "reject":
        entry["on_bad_signature"] = wanted.vendor.on_bad_signature
    address = ""
    if wanted.address_key or wanted.vendor.nonce is not no_nonce:
        address = wanted.vendor.make()[:32]
        kept = _keep(folder, f"{wanted.connection}-address", address)
        entry["address_key"] = {"file": f"{SECRETS}/{kept.name}"}
    config_file.add_connection(settings.config, wanted.tenant, entry)
    return ConnectResult(
        connection=wanted.connection,
        url=_url(settings, wanted, address),
        secret=secret if wanted.vendor.keyed_by == "customer" else "",
        secret_file=path,
        is_new=True,
    )


def _check(tenancy: Tenancy, wanted: ConnectRequest, path: Path) -> None:
    if tenancy.tenant(wanted.tenant) is None:
        known = ", ".join(each.id for each in tenancy.tenants)
        msg = f"no tenant {wanted.tenant!r} in {path}; known: {known}"
        raise Misconfigured(msg)
    owner = tenancy.owner(wanted.connection)
    if owner and (owner[0].id, owner[1].vendor) != (wanted.tenant, wanted.vendor.name):
        msg = f"{wanted.connection} is a {owner[1].vendor} connection of {owner[0].id}; choose another --name"
        raise Misconfigured(msg)
    try:
        wanted.vendor.key(wanted.secret.encode() or wanted.vendor.make().encode())
    except ValueError as error:
        msg = f"that is no secret of {wanted.vendor.title}: {error}"
        raise Misconfigured(msg) from error


def _again(settings: Settings, wanted: ConnectRequest, held: Connection) -> ConnectResult:
    """The connection as it is, with the secret that was given: the one it waits for, or one more beside the others."""
    directory = settings.config.parent
    waiting = next((each for each in held.secrets if connections.is_awaited(each, directory)), None)
    shown = waiting or next((each for each in held.secrets if each.file), None)
    path = directory / shown.file if shown is not None and shown.file else None
    if wanted.secret and waiting is not None and path is not None:
        path.write_text(wanted.secret)
    elif wanted.secret:
        name = f"{held.id}-{len(held.secrets) + 1}"
        path = _keep(directory / SECRETS, name, wanted.secret)
        secret = {"file": f"{SECRETS}/{path.name}"}
        config_file.add_secret(settings.config, wanted.tenant, held.id, secret)
    key = held.address_key
    address = (directory / key.file).read_text().strip() if key and key.file else ""
    if key and not address:
        address = f"<the value of {key.env}>"
    return ConnectResult(
        connection=held.id,
        url=_url(settings, wanted, address),
        secret="",
        secret_file=path,
        is_new=False,
    )


def _keep(folder: Path, name: str, secret: str) -> Path:
    """A file of a secret that its owner alone may read; an empty one waits for its secret."""
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / name
    path.touch(mode=0o600)
    path.write_text(secret)
    return path


def _url(settings: Settings, wanted: ConnectRequest, address: str) -> str:
    path = f"{settings.gateway_address}/hooks/{wanted.vendor.name}/{wanted.connection}"
    return f"{path}/{address}" if address else path


def page(vendor: Vendor, connected: ConnectResult) -> str:
    """The vendor's steps and the events to tick (Markdown), with the address filled in."""
    folder = files("streams.ingest.vendors") / vendor.name
    sections = (folder / "README.md").read_text().split("\n## ")
    wanted = [each for each in sections if each.startswith(("Set up", "Events to tick"))]
    text = "\n".join(f"## {each}" for each in wanted)
    example = f"https://<your gateway>/hooks/{vendor.name}/<connection id>"
    return text.replace(example, connected.url).replace("<connection id>", connected.connection)


def arrivals(settings: Settings, connection: str) -> Iterator[tuple[str, str]]:
    """What comes through the connection from now on, as (what, name); empty while nothing does. Raises Unavailable."""
    client = clickhouse(settings.clickhouse, settings.clickhouse_password)
    known = _counts(client, connection)
    while True:
        time.sleep(LOOK_S)
        now = _counts(client, connection)
        changed = [key for key, total in now.items() if total > known.get(key, 0)]
        yield from changed or [("", "")]
        known = now


def _counts(client: Any, connection: str) -> dict[tuple[str, str], int]:
    rows = client.query(COUNTS, parameters={"connection": connection}).result_rows
    return {(what, name): total for what, name, total in rows}
