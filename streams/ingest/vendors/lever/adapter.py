"""Lever: maps each of its ten webhook events to canonical events."""

from collections.abc import Callable
from functools import partial
from types import MappingProxyType

from streams.ingest import lenient_fields, normalize, signature
from streams.ingest.normalize import Delivery
from streams.ingest.vendor import Context, Headers, Translation, Vendor
from streams.ingest.vendors.lever import events as lever_events
from streams.ingest.vendors.lever import verifier
from streams.ingest.vendors.lever.payload import LeverWebhook

IGNORED: MappingProxyType[str, str] = MappingProxyType({})  # every event is mapped
EVENTS: MappingProxyType[str, Callable[[Delivery, LeverWebhook], Translation]] = MappingProxyType(
    {
        "applicationCreated": lever_events.application_created,
        "candidateStageChange": lever_events.stage_changed,
        "candidateArchiveChange": lever_events.archive_changed,
        "candidateHired": lever_events.hired,
        "candidateDeleted": lever_events.application_deleted,
        "interviewCreated": partial(lever_events.interview_events, name="interview.scheduled"),
        "interviewUpdated": partial(lever_events.interview_events, name="interview.rescheduled"),
        "interviewDeleted": partial(lever_events.interview_events, name="interview.cancelled"),
        "contactCreated": partial(lever_events.candidate_events, name="candidate.created"),
        "contactUpdated": partial(lever_events.candidate_events, name="candidate.updated"),
    }
)
EXPECTED = frozenset(
    {"applicationCreated", "candidateStageChange", "candidateArchiveChange", "candidateHired"}
)


def translate(body: bytes, _headers: Headers, context: Context) -> Translation:
    """Return the canonical events of one verified delivery; raise Malformed or Unmapped."""
    webhook, faults = lenient_fields.parse(LeverWebhook, body)
    if webhook.event in EVENTS and webhook.event_data is None:
        return Translation(event=webhook.event, ping=True)
    delivery = Delivery(name=webhook.event, raw=body, context=context)
    normalizers = {
        event: partial(to_events, delivery, webhook) for event, to_events in EVENTS.items()
    }
    return normalize.dispatch(webhook.event, normalizers, IGNORED, faults)


VENDOR = Vendor(
    name="lever",
    title="Lever",
    key=signature.plain_key,
    verify=verifier.verify,
    translate=translate,
    mapped=frozenset(EVENTS),
    ignored=IGNORED,
    expected=EXPECTED,
    delivery_id=verifier.delivery_id,
    covers_body=verifier.covers_body,
    needs_address_key=True,
)
