"""Recruitee: which of its events mean what."""

from collections.abc import Callable
from functools import partial
from types import MappingProxyType

from streams.ingest import reading, signature, telling
from streams.ingest.telling import Delivery
from streams.ingest.vendor import Context, Headers, Translation, Vendor
from streams.ingest.vendors.recruitee import tellers, verifier
from streams.ingest.vendors.recruitee.payload import Body

EVENTS: MappingProxyType[str, Callable[[Delivery, Body], Translation]] = MappingProxyType(
    {
        "candidate_created": tellers.created,
        "candidate_assigned": tellers.assigned,
        "candidate_moved": tellers.moved,
        "candidate_deleted": tellers.deleted,
        "job_published": partial(tellers.posted, name="posting.published"),
        "job_unpublished": partial(tellers.posted, name="posting.unpublished"),
        "job_updated": tellers.job_updated,
    }
)
# Recruitee calls a job an offer, in the names of its events perhaps too.
OTHER_NAMES = {
    "offer_published": "job_published",
    "offer_unpublished": "job_unpublished",
    "offer_updated": "job_updated",
}


def translate(body: bytes, _headers: Headers, context: Context) -> Translation:
    """The canonical events of one verified delivery; raise Malformed or Unmapped."""
    found, faults = reading.read(Body, body)
    if found.test:
        return Translation(event=found.event_type or "test", ping=True)
    sent = telling.required(found.event_type, "event_type")
    name = OTHER_NAMES.get(sent, sent)
    delivery = Delivery(name=name, raw=body, context=context, delivery_id=found.id)
    calls = {each: partial(teller, delivery, found) for each, teller in EVENTS.items()}
    return telling.translation(name, calls, {}, faults)


VENDOR = Vendor(
    name="recruitee",
    title="Recruitee (Tellent)",
    key=signature.plain_key,
    verify=verifier.verify,
    translate=translate,
    mapped=frozenset(EVENTS),
    ignored={},
    expected=frozenset({"candidate_assigned", "candidate_moved"}),
    greet=verifier.greet,
)
