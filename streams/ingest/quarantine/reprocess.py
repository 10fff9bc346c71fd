"""A delivery that was set aside, opened and judged again: by the present configuration, at the time it came."""

import hashlib
from dataclasses import replace

from schemas.errors import Malformed
from schemas.events.application import ApplicationEventData, Updated
from schemas.events.envelope import Event, event_id, full, short
from schemas.kafka.quarantine import SetAside
from streams.ingest.connections import Configuration
from streams.ingest.delivery import IncomingRequest, checked, translate, verify
from streams.ingest.normalize import content
from streams.ingest.quarantine import encryption
from streams.ingest.replay_guard import ReplayGuard
from streams.ingest.vendor import Translation
from streams.ingest.vendors import VENDORS

UNTRUSTED = frozenset({"bad_signature", "pending_secret"})


def reopened(entry: SetAside, configuration: Configuration) -> IncomingRequest:
    """The delivery as it arrived; raise Malformed when its connection or its tenant's key is no longer there."""
    door = configuration.doors.get((entry.vendor or "", entry.connection or ""))
    vendor = next((each for each in VENDORS if each.name == entry.vendor), None)
    if door is None or vendor is None or entry.sealed is None:
        raise Malformed("no_such_connection", f"{entry.connection} is not configured")
    headers, body = encryption.open_sealed(door.quarantine_key, entry.sealed)
    return IncomingRequest(
        id=entry.id,
        vendor=vendor,
        door=door,
        headers=tuple(each for each in headers if each[0] != encryption.ADDRESS),
        body=body,
        at=entry.at,
        address_key=next((value for name, value in headers if name == encryption.ADDRESS), ""),
    )


def retold(entry: SetAside, arrival: IncomingRequest, trust: ReplayGuard) -> Translation:
    """What it says now; raise Unauthentic while no active secret vouches for it, Malformed or Unmapped as at the door."""
    if entry.reason in UNTRUSTED:
        if not arrival.door.secrets:
            raise Malformed("pending_secret", "the connection still has no secret")
        verify(arrival, trust)
    told = checked(translate(arrival))
    if entry.part:
        told = replace(told, events=(*told.events, *map(_again, told.events)))
    return told


def _again(event: Event) -> Event:
    """What the event says of its application, told once more under an id of its own.

    The event itself may have been accepted before a part of it was understood: under its own id it would change nothing.
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
    digest = hashlib.sha256(content(data).encode()).hexdigest()
    connection = event.source.rpartition(":")[2]
    occurrence = f"{short(event.type)}\x1f{event.time.isoformat()}\x1f{digest}"
    return event.model_copy(
        update={
            "id": event_id(connection, name, (event.subject,), occurrence),
            "type": full(name),
            "data": data,
        }
    )
