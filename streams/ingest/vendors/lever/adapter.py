"""Lever: which of its ten events mean what."""

from collections.abc import Callable
from functools import partial
from types import MappingProxyType

from streams.ingest import lenient_fields, normalize, signature
from streams.ingest.normalize import Delivery
from streams.ingest.vendor import Context, Headers, Translation, Vendor
from streams.ingest.vendors.lever import events as lever_events
from streams.ingest.vendors.lever import verifier
from streams.ingest.vendors.lever.payload import LeverWebhook

EVENTS: MappingProxyType[str, Callable[[Delivery, LeverWebhook], Translation]] = MappingProxyType(
    {
        "applicationCreated": lever_events.created,
        "candidateStageChange": lever_events.moved,
        "candidateArchiveChange": lever_events.archived,
        "candidateHired": lever_events.hired,
        "candidateDeleted": lever_events.deleted,
        "interviewCreated": partial(lever_events.interview, name="interview.scheduled"),
        "interviewUpdated": partial(lever_events.interview, name="interview.rescheduled"),
        "interviewDeleted": partial(lever_events.interview, name="interview.cancelled"),
        "contactCreated": partial(lever_events.contact, name="candidate.created"),
        "contactUpdated": partial(lever_events.contact, name="candidate.updated"),
    }
)
EXPECTED = frozenset(
    {"applicationCreated", "candidateStageChange", "candidateArchiveChange", "candidateHired"}
)


def translate(body: bytes, _headers: Headers, context: Context) -> Translation:
    """The canonical events of one verified delivery; raise Malformed or Unmapped."""
    found, faults = lenient_fields.read(LeverWebhook, body)
    if found.event in EVENTS and found.told is None:
        return Translation(event=found.event, ping=True)
    delivery = Delivery(name=found.event, raw=body, context=context)
    calls = {name: partial(teller, delivery, found) for name, teller in EVENTS.items()}
    return normalize.translation(found.event, calls, {}, faults)


VENDOR = Vendor(
    name="lever",
    title="Lever",
    key=signature.plain_key,
    verify=verifier.verify,
    translate=translate,
    mapped=frozenset(EVENTS),
    ignored={},
    expected=EXPECTED,
    nonce=verifier.nonce,
)
