"""Workable: which of its events mean what, which are passed over and why."""

from collections.abc import Callable
from functools import partial
from types import MappingProxyType

from streams.ingest import lenient_fields, normalize, signature
from streams.ingest.normalize import Delivery
from streams.ingest.vendor import Context, Headers, Translation, Vendor
from streams.ingest.vendors.workable import events as workable_events
from streams.ingest.vendors.workable import verifier
from streams.ingest.vendors.workable.payload import WorkableWebhook

EVENTS: MappingProxyType[str, Callable[[Delivery, WorkableWebhook], Translation]] = (
    MappingProxyType(
        {
            "candidate_created": workable_events.created,
            "candidate_moved": workable_events.moved,
            "candidate_deleted": workable_events.deleted,
            "job_deleted": workable_events.job_deleted,
        }
    )
)
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


def translate(body: bytes, _headers: Headers, context: Context) -> Translation:
    """The canonical events of one verified delivery; raise Malformed or Unmapped."""
    found, faults = lenient_fields.read(WorkableWebhook, body)
    name = normalize.required(found.event_type, "event_type")
    delivery = Delivery(name=name, raw=body, context=context)
    calls = {each: partial(teller, delivery, found) for each, teller in EVENTS.items()}
    return normalize.translation(name, calls, IGNORED, faults)


VENDOR = Vendor(
    name="workable",
    title="Workable",
    key=signature.plain_key,
    verify=verifier.verify,
    translate=translate,
    mapped=frozenset(EVENTS),
    ignored=IGNORED,
    expected=frozenset({"candidate_created", "candidate_moved"}),
)
