"""Recruitee: which of its events mean what."""

from collections.abc import Callable
from functools import partial
from types import MappingProxyType

from streams.ingest import lenient_fields, normalize, signature
from streams.ingest.normalize import Delivery
from streams.ingest.vendor import Context, Headers, Translation, Vendor
from streams.ingest.vendors.recruitee import events as recruitee_events
from streams.ingest.vendors.recruitee import verifier
from streams.ingest.vendors.recruitee.payload import RecruiteeWebhook

EVENTS: MappingProxyType[str, Callable[[Delivery, RecruiteeWebhook], Translation]] = (
    MappingProxyType(
        {
            "candidate_created": recruitee_events.created,
            "candidate_assigned": recruitee_events.assigned,
            "candidate_moved": recruitee_events.moved,
            "candidate_deleted": recruitee_events.deleted,
            "job_published": partial(recruitee_events.posted, name="posting.published"),
            "job_unpublished": partial(recruitee_events.posted, name="posting.unpublished"),
            "job_updated": recruitee_events.job_updated,
        }
    )
)
# Recruitee calls a job an offer, in the names of its events perhaps too.
OTHER_NAMES = {
    "offer_published": "job_published",
    "offer_unpublished": "job_unpublished",
    "offer_updated": "job_updated",
}


def translate(body: bytes, _headers: Headers, context: Context) -> Translation:
    """The canonical events of one verified delivery; raise Malformed or Unmapped."""
    found, faults = lenient_fields.read(RecruiteeWebhook, body)
    if found.test:
        return Translation(event=found.event_type or "test", ping=True)
    sent = normalize.required(found.event_type, "event_type")
    name = OTHER_NAMES.get(sent, sent)
    delivery = Delivery(name=name, raw=body, context=context, delivery_id=found.id)
    calls = {each: partial(teller, delivery, found) for each, teller in EVENTS.items()}
    return normalize.translation(name, calls, {}, faults)


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
