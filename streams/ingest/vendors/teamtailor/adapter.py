"""Teamtailor: maps each webhook event to canonical events, or ignores it with a reason."""

from functools import partial
from types import MappingProxyType

from streams.ingest import lenient_fields, normalize, signature
from streams.ingest.normalize import Delivery
from streams.ingest.vendor import Context, Headers, Translation, Vendor
from streams.ingest.vendors.teamtailor import events as teamtailor_events
from streams.ingest.vendors.teamtailor import verifier
from streams.ingest.vendors.teamtailor.payload import TeamtailorWebhook

_AUDIT = "who looked at what is none of ours"
_FIELDS = "custom fields are the customer's own, and decide nothing"
IGNORED = MappingProxyType(
    {
        "audit*": _AUDIT,
        "custom_field*": _FIELDS,
        "custom-field*": _FIELDS,
    }
)
EVENTS = teamtailor_events.EVENTS
EXPECTED = frozenset({"job_application.create", "job_application.update"})
# Older names of the actions, as receivers report them.
ACTIONS = {"created": "create", "updated": "update", "destroyed": "destroy", "deleted": "destroy"}


def translate(body: bytes, _headers: Headers, context: Context) -> Translation:
    """Return the canonical events of one verified delivery; raise Malformed or Unmapped."""
    webhook, faults = lenient_fields.parse(TeamtailorWebhook, body)
    sent = normalize.required(webhook.event_name, "payload.event_name")
    entity, _, action = sent.rpartition(".")
    name = f"{entity}.{ACTIONS.get(action, action)}" if entity else sent
    delivery = Delivery(name=name, raw=body, context=context)
    normalizers = {
        event: partial(to_events, delivery, webhook) for event, to_events in EVENTS.items()
    }
    return normalize.dispatch(name, normalizers, IGNORED, faults)


VENDOR = Vendor(
    name="teamtailor",
    title="Teamtailor",
    key=signature.plain_key,
    verify=verifier.verify,
    covers_body=verifier.covers_body,
    translate=translate,
    mapped=frozenset(EVENTS),
    ignored=IGNORED,
    expected=EXPECTED,
    on_bad_signature="quarantine",
)
