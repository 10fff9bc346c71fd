"""Workable: maps each webhook event to canonical events, or ignores it with a reason."""

from collections.abc import Callable
from functools import partial
from types import MappingProxyType

from streams.ingest import lenient_fields, normalize, signature
from streams.ingest.normalize import Delivery
from streams.ingest.vendor import Context, Headers, Translation, Vendor
from streams.ingest.vendors.workable import events as workable_events
from streams.ingest.vendors.workable import verifier
from streams.ingest.vendors.workable.payload import WorkableWebhook

_EMPLOYEES = "about employees, whom the HR system tells of; it is no part of hiring"
IGNORED = MappingProxyType(
    dict.fromkeys(
        (
            "employee_created",
            "employee_updated",
            "employee_published",
            "onboarding_completed",
            "timeoff_*",
        ),
        _EMPLOYEES,
    )
)
EVENTS: MappingProxyType[str, Callable[[Delivery, WorkableWebhook], Translation]] = (
    MappingProxyType(
        {
            "candidate_created": workable_events.application_created,
            "candidate_moved": workable_events.stage_changed,
            "candidate_deleted": workable_events.application_deleted,
            "job_deleted": workable_events.job_deleted,
        }
    )
)
EXPECTED = frozenset({"candidate_created", "candidate_moved"})


def translate(body: bytes, _headers: Headers, context: Context) -> Translation:
    """Return the canonical events of one verified delivery; raise Malformed or Unmapped."""
    webhook, faults = lenient_fields.parse(WorkableWebhook, body)
    name = normalize.required(webhook.event_type, "event_type")
    delivery = Delivery(name=name, raw=body, context=context)
    normalizers = {
        event: partial(to_events, delivery, webhook) for event, to_events in EVENTS.items()
    }
    return normalize.dispatch(name, normalizers, IGNORED, faults)


VENDOR = Vendor(
    name="workable",
    title="Workable",
    key=signature.plain_key,
    verify=verifier.verify,
    translate=translate,
    mapped=frozenset(EVENTS),
    ignored=IGNORED,
    expected=EXPECTED,
    hashes_candidates=True,
)
