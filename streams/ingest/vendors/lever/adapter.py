"""Lever: which of its ten events mean what."""

from collections.abc import Callable
from functools import partial
from types import MappingProxyType

from streams.ingest import reading, signature, telling
from streams.ingest.telling import Delivery
from streams.ingest.vendor import Context, Headers, Translation, Vendor
from streams.ingest.vendors.lever import tellers, verifier
from streams.ingest.vendors.lever.payload import Body

EVENTS: MappingProxyType[str, Callable[[Delivery, Body], Translation]] = MappingProxyType(
    {
        "applicationCreated": tellers.created,
        "candidateStageChange": tellers.moved,
        "candidateArchiveChange": tellers.archived,
        "candidateHired": tellers.hired,
        "candidateDeleted": tellers.deleted,
        "interviewCreated": partial(tellers.interview, name="interview.scheduled"),
        "interviewUpdated": partial(tellers.interview, name="interview.rescheduled"),
        "interviewDeleted": partial(tellers.interview, name="interview.cancelled"),
        "contactCreated": partial(tellers.contact, name="candidate.created"),
        "contactUpdated": partial(tellers.contact, name="candidate.updated"),
    }
)
EXPECTED = frozenset(
    {"applicationCreated", "candidateStageChange", "candidateArchiveChange", "candidateHired"}
)


def translate(body: bytes, _headers: Headers, context: Context) -> Translation:
    """The canonical events of one verified delivery; raise Malformed or Unmapped."""
    found, faults = reading.read(Body, body)
    if found.event in EVENTS and found.told is None:
        return Translation(event=found.event, ping=True)
    delivery = Delivery(name=found.event, raw=body, context=context)
    calls = {name: partial(teller, delivery, found) for name, teller in EVENTS.items()}
    return telling.translation(found.event, calls, {}, faults)


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
