"""The door of a standard connection: its tenant, its address and its secret, from the configuration."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from schemas.tenants.config import Connection, Tenant
from streams.configuration.files import Misconfigured, load_tenancy
from streams.configuration.settings import Settings
from streams.ingest.connections import SecretStore
from streams.ingest.vendors.standard import verifier

VENDOR = "standard"


@dataclass(frozen=True, kw_only=True)
class ImportTarget:
    """Where batches are posted to and what signs them; `address` is the part of `url` that may be shown."""

    address: str
    url: str = field(repr=False)
    secret: str = field(repr=False)


def owner(settings: Settings, connection: str) -> tuple[Tenant, Connection]:
    """The connection and its tenant; raise Misconfigured unless it is one of the vendor `standard`."""
    tenancy = load_tenancy(settings.config)
    found = tenancy.find(VENDOR, connection)
    if found is not None:
        return found
    known = [each.id for t in tenancy.tenants for each in t.connections if each.vendor == VENDOR]
    other = tenancy.owner(connection)
    what = "there is none" if other is None else f"it is one of {other[1].vendor}"
    tenant = other[0].id if other else "TENANT"
    msg = (
        f"{connection!r} is no connection of vendor {VENDOR}: {what}; "
        f"known: {', '.join(known) or 'none'}. Make one: hirelay connect {VENDOR} --tenant {tenant}"
    )
    raise Misconfigured(msg)


def door(settings: Settings, connection: Connection, environ: Mapping[str, str]) -> ImportTarget:
    """Address and first active secret of the connection; raise Misconfigured when it has none that can sign."""
    vault = SecretStore(environ, settings.config.parent)
    problems: list[str] = []
    active = [each for each in connection.secrets if not vault.awaits(each)]
    if not active:
        msg = f"connection {connection.id} has no secret yet: run `hirelay connect` for it"
        raise Misconfigured(msg)
    text = vault.find(active[0], f"connection {connection.id}", problems)
    url = address = f"{settings.gateway_address}/hooks/{VENDOR}/{connection.id}"
    if connection.address_key is not None:
        key = vault.find(connection.address_key, f"connection {connection.id}", problems)
        url = f"{url}/{key.decode()}"
    if problems:
        raise Misconfigured("; ".join(problems))
    try:
        verifier.key(text)
    except ValueError as error:
        msg = f"the secret of {connection.id} cannot sign: {error}"
        raise Misconfigured(msg) from error
    return ImportTarget(address=address, url=url, secret=text.decode())
