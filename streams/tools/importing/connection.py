"""Resolve a `standard` connection to its tenant, URL and secret."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from schemas.tenants.config import Connection, Tenant
from streams.configuration.files import Misconfigured, load_tenancy
from streams.configuration.secret_store import SecretStore
from streams.configuration.settings import Settings
from streams.ingest import standard_webhooks

VENDOR = "standard"


@dataclass(frozen=True, kw_only=True)
class ImportTarget:
    """The URL that batches are posted to and the secret that signs them; only `address` is safe to display."""

    address: str
    url: str = field(repr=False)
    secret: str = field(repr=False)


def find_connection(settings: Settings, connection: str) -> tuple[Tenant, Connection]:
    """The tenant and the connection; raise Misconfigured unless its vendor is `standard`."""
    tenancy = load_tenancy(settings.config)
    match = tenancy.find_webhook(VENDOR, connection)
    if match is not None:
        return match
    standard_ids = [
        entry.id
        for candidate in tenancy.tenants
        for entry in candidate.connections
        if entry.vendor == VENDOR
    ]
    other = tenancy.find_connection(connection)
    reason = "it does not exist" if other is None else f"its vendor is {other[1].vendor}"
    tenant = other[0].id if other else "TENANT"
    msg = (
        f"{connection!r} is not a connection of vendor {VENDOR}: {reason}; "
        f"known: {', '.join(standard_ids) or 'none'}. Create one: hirelay connect {VENDOR} --tenant {tenant}"
    )
    raise Misconfigured(msg)


def import_target(
    settings: Settings, connection: Connection, environ: Mapping[str, str]
) -> ImportTarget:
    """URL and first active secret of the connection; raise Misconfigured if no secret can sign."""
    store = SecretStore(environ, settings.config.parent)
    problems: list[str] = []
    active = [secret for secret in connection.secrets if not store.is_pending(secret)]
    if not active:
        msg = f"connection {connection.id} has no secret yet: add it with `hirelay connect`"
        raise Misconfigured(msg)
    secret = store.find(active[0], f"connection {connection.id}", problems)
    url = address = f"{settings.gateway_address}/hooks/{VENDOR}/{connection.id}"
    if connection.address_key is not None:
        key = store.find(connection.address_key, f"connection {connection.id}", problems)
        url = f"{url}/{key.decode()}"
    if problems:
        raise Misconfigured("; ".join(problems))
    try:
        standard_webhooks.key(secret)
    except ValueError as error:
        msg = f"the secret of {connection.id} cannot sign: {error}"
        raise Misconfigured(msg) from error
    return ImportTarget(address=address, url=url, secret=secret.decode())
