"""Reprocesses quarantined deliveries with the current configuration, as of their original arrival time."""

import hashlib
from dataclasses import replace
from datetime import datetime

from schemas.errors import Malformed, Unauthentic
from schemas.events.application import ApplicationEventData, Updated
from schemas.events.envelope import Event, event_id, full_type, short_type
from schemas.kafka.quarantine import QuarantineEntry
from streams.ingest.connections import Configuration
from streams.ingest.incoming_request import IncomingRequest, encode_readable, translate, verify
from streams.ingest.normalize import canonical_content
from streams.ingest.quarantine import encryption
from streams.ingest.replay_guard import ReplayGuard
from streams.ingest.vendor import Translation
from streams.ingest.vendors import VENDORS


def restore_request(entry: QuarantineEntry, configuration: Configuration) -> IncomingRequest:
    """Return the delivery as it arrived; raise Malformed when its connection or the tenant's key no longer exists."""
    resolved = configuration.connections.get((entry.vendor or "", entry.connection or ""))
    vendor = next((vendor for vendor in VENDORS if vendor.name == entry.vendor), None)
    if resolved is None or vendor is None or entry.sealed is None:
        raise Malformed("no_such_connection", f"{entry.connection} is not configured")
    identity = encryption.identity_of(entry.tenant or "", entry.connection or "", entry.id)
    keys = (resolved.quarantine_key, *resolved.previous_quarantine_keys)
    headers, body = encryption.decrypt(keys, entry.sealed, identity)
    return IncomingRequest(
        id=entry.id,
        vendor=vendor,
        resolved=resolved,
        headers=tuple(header for header in headers if header[0] != encryption.ADDRESS_KEY_HEADER),
        body=body,
        at=entry.at,
        address_key=next(
            (value for name, value in headers if name == encryption.ADDRESS_KEY_HEADER), ""
        ),
    )


def retranslate(
    entry: QuarantineEntry, request: IncomingRequest, replay_guard: ReplayGuard, now: datetime
) -> Translation:
    """Translate the delivery again, as of its arrival; only what lay ahead of it is judged by `now`.

    Raise Unauthentic while no active secret verifies it, and Malformed or Unmapped as for a new delivery.
    """
    if entry.reason in encryption.UNVERIFIED_REASONS:
        if not request.resolved.secrets:
            raise Malformed("pending_secret", "the connection still has no secret")
        verify(request)
        if replay_guard.is_reused(request):
            raise Unauthentic("bad_signature", "its delivery id came before, with another body")
    translation, _ = encode_readable(translate(request, now))
    if entry.part:
        translation = replace(
            translation, events=(*translation.events, *map(_as_update, translation.events))
        )
    return translation


def _as_update(event: Event) -> Event:
    """Return an update event with the event's application data under a new id.

    The event itself may have been accepted before one of its parts could be parsed; under its own id it would be a
    duplicate and change nothing.
    """
    if not isinstance(event.data, ApplicationEventData):
        return event
    shared = {
        name: getattr(event.data, name)
        for name in ApplicationEventData.model_fields
        if name != "log_id"
    }
    data = Updated(**shared)
    name = "application.updated"
    digest = hashlib.sha256(canonical_content(data).encode()).hexdigest()
    connection = event.source.rpartition(":")[2]
    occurrence = f"{short_type(event.type)}\x1f{event.time.isoformat()}\x1f{digest}"
    return event.model_copy(
        update={
            "id": event_id(connection, name, (event.subject,), occurrence),
            "type": full_type(name),
            "data": data,
        }
    )
