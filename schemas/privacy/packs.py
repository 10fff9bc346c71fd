"""Rewrites the events of one tenant in a record, and leaves every other byte as it is."""

from collections.abc import Callable

import msgspec

from schemas.events.packs import VERSION
from schemas.privacy.references import JsonObject

Rewrite = Callable[[JsonObject], JsonObject]


class _RewrittenPack(msgspec.Struct, omit_defaults=True):
    v: int
    events: list[msgspec.Raw]
    forwarded: bool = False


class _TenantOf(msgspec.Struct):
    tenant: str = ""


_packs = msgspec.json.Decoder(_RewrittenPack)
_tenants = msgspec.json.Decoder(_TenantOf)
_objects = msgspec.json.Decoder(dict)


def rewritten_pack(value: bytes, tenant: str, rewrite: Rewrite) -> bytes:
    """Return a pack with the tenant's events rewritten; the same bytes if they stay equal.

    Raise ValueError for a record that is not a pack.
    """
    pack = _packs.decode(value)
    bodies = [rewritten_record(bytes(raw), tenant, rewrite) for raw in pack.events]
    if all(body == bytes(raw) for raw, body in zip(pack.events, bodies, strict=True)):
        return value
    pack.events = [msgspec.Raw(body) for body in bodies]
    return msgspec.json.encode(pack)


def rewritten_record(value: bytes, tenant: str, rewrite: Rewrite) -> bytes:
    """Return a JSON object rewritten if it is the tenant's; the same bytes if it stays equal. Raise ValueError."""
    if _tenants.decode(value).tenant != tenant:
        return value
    record = _objects.decode(value)
    rewritten = rewrite(record)
    return value if rewritten == record else msgspec.json.encode(rewritten)


def events_of(value: bytes, tenant: str) -> list[JsonObject]:
    """Return the events of a tenant in a record; raise ValueError for a record that is not a pack."""
    bodies = [bytes(raw) for raw in _packs.decode(value).events]
    return [_objects.decode(body) for body in bodies if _tenants.decode(body).tenant == tenant]


def record_of(value: bytes, tenant: str) -> JsonObject:
    """Return a JSON object that is the tenant's, or an empty one; raise ValueError."""
    return _objects.decode(value) if _tenants.decode(value).tenant == tenant else {}


def empty_pack() -> bytes:
    """Return a record without events, which takes the place of one that nobody can read."""
    return msgspec.json.encode(_RewrittenPack(VERSION, []))
