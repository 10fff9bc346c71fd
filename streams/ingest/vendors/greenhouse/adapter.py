"""Greenhouse Recruiting: maps each webhook event to canonical events, or ignores it with a reason."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from types import MappingProxyType

from streams.ingest import lenient_fields, normalize, signature
from streams.ingest.employees import employees_in
from streams.ingest.vendor import Context, Headers, Translation, Vendor, first_header
from streams.ingest.vendors.greenhouse import verifier
from streams.ingest.vendors.greenhouse.events import applications, jobs, offers
from streams.ingest.vendors.greenhouse.events.snapshot import GreenhouseDelivery
from streams.ingest.vendors.greenhouse.payload import PING, GreenhouseWebhook

IGNORED = MappingProxyType(
    {
        "job_interview_stage_deleted": "a stage that was visited stays in the history of those who visited it",
        "department_deleted": "a department is carried by each event as it was then",
        "office_deleted": "an office is carried by each event as it was then",
    }
)
EVENTS: MappingProxyType[str, Callable[[GreenhouseDelivery], Translation]] = MappingProxyType(
    {
        "new_candidate_application": applications.application_created,
        "new_prospect_application": applications.application_created,
        "application_updated": applications.application_updated,
        "candidate_stage_change": applications.stage_changed,
        "reject_candidate": applications.rejected,
        "unreject_candidate": applications.reopened,
        "hire_candidate": applications.hired,
        "unhire_candidate": applications.unhired,
        "delete_application": applications.application_deleted,
        "update_candidate": jobs.candidate_updated,
        "delete_candidate": jobs.candidate_deleted,
        "merge_candidate": jobs.candidate_merged,
        "candidate_anonymized": jobs.candidate_anonymized,
        "offer_created": offers.offer_created,
        "offer_approved": offers.offer_approved,
        "offer_updated": offers.offer_updated,
        "offer_deleted": offers.offer_deleted,
        "interview_deleted": jobs.interview_deleted,
        "scorecard_deleted": jobs.scorecard_deleted,
        "job_created": jobs.job_created,
        "job_updated": jobs.job_updated,
        "job_approved": jobs.job_updated,
        "job_deleted": jobs.job_deleted,
        "job_post_created": jobs.posting_events,
        "job_post_updated": jobs.posting_events,
        "job_post_deleted": jobs.posting_events,
    }
)

EXPECTED = frozenset(
    {
        "new_candidate_application",
        "candidate_stage_change",
        "application_updated",
        "reject_candidate",
        "unreject_candidate",
        "hire_candidate",
        "offer_created",
        "offer_updated",
    }
)
DELIVERY_ID = "greenhouse-event-id"


def translate(body: bytes, headers: Headers, context: Context) -> Translation:
    """Return the canonical events of one verified delivery; raise Malformed or Unmapped."""
    webhook, faults = lenient_fields.parse(GreenhouseWebhook, body)
    if webhook.action == PING:
        return Translation(event=PING, ping=True)
    delivery = GreenhouseDelivery(
        name=webhook.action,
        raw=body,
        payload=webhook.payload,
        context=context,
        delivery_id=(first_header(headers, DELIVERY_ID) or "")[:200] or None,
    )
    normalizers = {event: partial(to_events, delivery) for event, to_events in EVENTS.items()}
    translation = normalize.dispatch(webhook.action, normalizers, IGNORED, faults)
    return replace(translation, employees=employees_in(webhook, context.tenant))


VENDOR = Vendor(
    name="greenhouse",
    title="Greenhouse Recruiting",
    key=signature.plain_key,
    verify=verifier.verify,
    translate=translate,
    mapped=frozenset(EVENTS),
    ignored=IGNORED,
    expected=EXPECTED,
    key_issuer="customer",
)
