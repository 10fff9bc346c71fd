"""Standard: accepts canonical events from any system in Standard Webhooks or CloudEvents envelopes, signed as Standard Webhooks."""

from collections.abc import Mapping

from schemas.errors import Condition, Malformed, Unmapped
from schemas.events.envelope import TYPES, Event, short_type
from streams.ingest import standard_webhooks
from streams.ingest.cost_moves import accompanying_events
from streams.ingest.vendor import Context, Headers, Translation, Vendor, first_header
from streams.ingest.vendors.standard import verifier
from streams.ingest.vendors.standard.events.canonical import (
    cloud_event,
    read,
    standard_webhook,
)
from streams.ingest.vendors.standard.payload import StandardBody, parse

SINGLE, BATCH = "application/cloudevents+json", "application/cloudevents-batch+json"
MAX_BATCH_SIZE = 500
PING = "ping"
BINARY_MODE = (
    "CloudEvents binary mode is not accepted, because its attributes are in headers (ce-type, ce-id …) that the signature "
    f"does not cover; send structured mode: the attributes and `data` in the body, Content-Type {SINGLE}"
)

IGNORED: Mapping[str, str] = {}  # the format is ours: every event is mapped


def translate(body: bytes, headers: Headers, context: Context) -> Translation:
    """Return the events of one verified delivery; raise Malformed or Unmapped.

    A batch accepts its valid events, in their order, and turns the others into faults, so that one bad row does not block
    the rest.
    """
    content_type = (
        (first_header(headers, "content-type") or "").partition(";")[0].strip().casefold()
    )
    message_id = standard_webhooks.delivery_id(headers)
    delivery = message_id[:200]
    if content_type not in {SINGLE, BATCH} and first_header(headers, "ce-specversion") is not None:
        raise Malformed("not_canonical", BINARY_MODE)
    value = parse(body)
    if content_type == BATCH:
        return _batch(value, context, delivery)
    if content_type == SINGLE:
        return _translation(cloud_event(value, context, delivery))
    webhook = read(StandardBody, value)
    if webhook.type == PING:
        return Translation(event=PING, ping=True)
    return _translation(standard_webhook(webhook, context, delivery, message_id))


def _translation(event: Event) -> Translation:
    return Translation(event=short_type(event.type), events=(event, *accompanying_events(event)))


def _batch(value: object, context: Context, delivery: str) -> Translation:
    if not isinstance(value, list) or not value or len(value) > MAX_BATCH_SIZE:
        detail = f"a batch is a list of 1 to {MAX_BATCH_SIZE} events; send more in several batches"
        raise Malformed("not_canonical", detail)
    events: list[Event] = []
    faults: list[Condition] = []
    for item in value:
        try:
            event = cloud_event(item, context, delivery)
            events += [event, *accompanying_events(event)]
        except (Malformed, Unmapped) as fault:
            faults.append(fault)
    return Translation(event="batch", events=tuple(events), faults=tuple(faults))


VENDOR = Vendor(
    name="standard",
    title="Standard Webhooks and CloudEvents",
    key=standard_webhooks.key,
    verify=verifier.verify,
    delivery_id=standard_webhooks.signed_id,
    translate=translate,
    mapped=frozenset(TYPES) | {"batch"},
    ignored=IGNORED,
    key_issuer="customer",
    generate_secret=standard_webhooks.generate_secret,
    handshake=True,
    canonical=True,
)
