"""Teamtailor: which of its events mean what, which are passed over and why."""

from functools import partial
from types import MappingProxyType

from streams.ingest import lenient_fields, normalize, signature
from streams.ingest.normalize import Delivery
from streams.ingest.vendor import Context, Headers, Translation, Vendor
from streams.ingest.vendors.teamtailor import events as teamtailor_events
from streams.ingest.vendors.teamtailor import verifier
from streams.ingest.vendors.teamtailor.payload import TeamtailorWebhook

# Older words for the same, which receivers report.
ACTIONS = {"created": "create", "updated": "update", "destroyed": "destroy", "deleted": "destroy"}
_AUDIT = "who looked at what is none of ours"
_FIELDS = "custom fields are the customer's own, and decide nothing"
IGNORED = MappingProxyType(
    {
        "audit*": _AUDIT,
        "custom_field*": _FIELDS,
        "custom-field*": _FIELDS,
    }
)


def translate(body: bytes, _headers: Headers, context: Context) -> Translation:
    """The canonical events of one verified delivery; raise Malformed or Unmapped."""
    found, faults = lenient_fields.read(TeamtailorWebhook, body)
    sent = normalize.required(found.event_name, "payload.event_name")
    what, _, action = sent.rpartition(".")
    name = f"{what}.{ACTIONS.get(action, action)}" if what else sent
    delivery = Delivery(name=name, raw=body, context=context)
    calls = {
        each: partial(teller, delivery, found) for each, teller in teamtailor_events.EVENTS.items()
    }
    return normalize.translation(name, calls, IGNORED, faults)


VENDOR = Vendor(
    name="teamtailor",
    title="Teamtailor",
    key=signature.plain_key,
    verify=verifier.verify,
    translate=translate,
    mapped=frozenset(teamtailor_events.EVENTS),
    ignored=IGNORED,
    expected=frozenset({"job_application.create", "job_application.update"}),
    on_bad_signature="quarantine",
)
