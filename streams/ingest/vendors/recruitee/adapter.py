"""Recruitee: maps each webhook event to canonical events."""

from collections.abc import Callable
from functools import partial
from types import MappingProxyType

from streams.ingest import lenient_fields, normalize, signature
from streams.ingest.normalize import Delivery
from streams.ingest.vendor import Context, Headers, Translation, Vendor
from streams.ingest.vendors.recruitee import events as recruitee_events
from streams.ingest.vendors.recruitee import verifier
from streams.ingest.vendors.recruitee.payload import RecruiteeWebhook

IGNORED: MappingProxyType[str, str] = MappingProxyType({})  # every event is mapped
EVENTS: MappingProxyType[str, Callable[[Delivery, RecruiteeWebhook], Translation]] = (
    MappingProxyType(
        {
            "candidate_created": recruitee_events.candidate_created,
            "candidate_assigned": recruitee_events.application_created,
            "candidate_moved": recruitee_events.pipeline_changed,
            "candidate_deleted": recruitee_events.candidate_deleted,
            "job_published": partial(recruitee_events.posting_events, name="posting.published"),
            "job_unpublished": partial(recruitee_events.posting_events, name="posting.unpublished"),
            "job_updated": recruitee_events.job_updated,
        }
    )
)
# Recruitee calls a job an offer, and may do so in event names too.
ALIASES = {
    "offer_published": "job_published",
    "offer_unpublished": "job_unpublished",
    "offer_updated": "job_updated",
}
EXPECTED = frozenset({"candidate_assigned", "candidate_moved"})


def translate(body: bytes, _headers: Headers, context: Context) -> Translation:
    """Return the canonical events of one verified delivery; raise Malformed or Unmapped."""
    webhook, faults = lenient_fields.parse(RecruiteeWebhook, body)
    if webhook.test:
        return Translation(event=webhook.event_type or "test", ping=True)
    sent = normalize.required(webhook.event_type, "event_type")
    name = ALIASES.get(sent, sent)
    delivery = Delivery(name=name, raw=body, context=context, delivery_id=webhook.id)
    normalizers = {
        event: partial(to_events, delivery, webhook) for event, to_events in EVENTS.items()
    }
    return normalize.dispatch(name, normalizers, IGNORED, faults)


VENDOR = Vendor(
    name="recruitee",
    title="Recruitee (Tellent)",
    key=signature.plain_key,
    verify=verifier.verify,
    translate=translate,
    mapped=frozenset(EVENTS),
    ignored=IGNORED,
    expected=EXPECTED,
    preflight=verifier.preflight,
)
