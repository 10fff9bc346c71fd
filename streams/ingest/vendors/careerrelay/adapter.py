"""Career Relay: maps each callback of the service to a canonical event."""

from collections.abc import Callable
from functools import partial
from types import MappingProxyType

from streams.ingest import lenient_fields, normalize, standard_webhooks
from streams.ingest.normalize import Delivery
from streams.ingest.vendor import Context, Headers, Translation, Vendor
from streams.ingest.vendors.careerrelay import events, verifier
from streams.ingest.vendors.careerrelay.payload import RelayCallback

PING = "ping"
IGNORED = MappingProxyType(
    {"placement.reported": "what becomes of a person elsewhere changes no slot"}
)
EVENTS: MappingProxyType[str, Callable[[Delivery, RelayCallback], Translation]] = MappingProxyType(
    {
        "registration.completed": events.registered,
        "consent.withdrawn": events.consent_withdrawn,
        "candidate.offered": events.candidate_offered,
        "slot.reserved": partial(events.slot_event, "relay.slot_reserved"),
        "slot.released": partial(events.slot_event, "relay.slot_released"),
        "slot.redeemed": partial(events.slot_event, "relay.slot_redeemed"),
    }
)


def translate(body: bytes, headers: Headers, context: Context) -> Translation:
    """Return the canonical events of one verified callback; raise Malformed or Unmapped."""
    callback, faults = lenient_fields.parse(RelayCallback, body)
    name = normalize.required(callback.type, "type")
    if name == PING:
        return Translation(event=PING, ping=True)
    delivery = Delivery(
        name=name,
        raw=body,
        context=context,
        delivery_id=standard_webhooks.delivery_id(headers)[:200] or None,
    )
    normalizers = {
        event: partial(to_events, delivery, callback) for event, to_events in EVENTS.items()
    }
    return normalize.dispatch(name, normalizers, IGNORED, faults)


VENDOR = Vendor(
    name="careerrelay",
    title="Career Relay (キャリアリレー)",
    key=standard_webhooks.key,
    verify=verifier.verify,
    translate=translate,
    mapped=frozenset(EVENTS),
    ignored=IGNORED,
    key_issuer="customer",
    generate_secret=standard_webhooks.generate_secret,
    delivery_id=standard_webhooks.signed_id,
)
