"""Greenhouse Recruiting: which of its events mean what, which are passed over and why."""

from collections.abc import Callable
from functools import partial
from types import MappingProxyType

from streams.ingest import lenient_fields, normalize, signature
from streams.ingest.vendor import Context, Headers, Translation, Vendor, first
from streams.ingest.vendors.greenhouse import verifier
from streams.ingest.vendors.greenhouse.events import applications, jobs, offers
from streams.ingest.vendors.greenhouse.events.snapshot import GreenhouseDelivery
from streams.ingest.vendors.greenhouse.payload import PING, GreenhouseWebhook

EVENTS: MappingProxyType[str, Callable[[GreenhouseDelivery], Translation]] = MappingProxyType(
    {
        "new_candidate_application": applications.created,
        "new_prospect_application": applications.created,
        "application_updated": applications.updated,
        "candidate_stage_change": applications.moved,
        "reject_candidate": applications.rejected,
        "unreject_candidate": applications.reopened,
        "hire_candidate": applications.hired,
        "unhire_candidate": applications.unhired,
        "delete_application": applications.deleted,
        "update_candidate": jobs.candidate_updated,
        "delete_candidate": jobs.candidate_deleted,
        "merge_candidate": jobs.candidate_merged,
        "candidate_anonymized": jobs.candidate_anonymized,
        "offer_created": offers.created,
        "offer_approved": offers.approved,
        "offer_updated": offers.updated,
        "offer_deleted": offers.deleted,
        "interview_deleted": jobs.interview_deleted,
        "scorecard_deleted": jobs.scorecard_deleted,
        "job_created": jobs.job_created,
        "job_updated": jobs.job_updated,
        "job_approved": jobs.job_updated,
        "job_deleted": jobs.job_deleted,
        "job_post_created": jobs.post_changed,
        "job_post_updated": jobs.post_changed,
        "job_post_deleted": jobs.post_changed,
    }
)

IGNORED = MappingProxyType(
    {
        "job_interview_stage_deleted": "a stage that was visited stays in the history of those who visited it",
        "department_deleted": "a department is carried by each event as it was then",
        "office_deleted": "an office is carried by each event as it was then",
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
    """The canonical events of one verified delivery; raise Malformed or Unmapped."""
    found, faults = lenient_fields.read(GreenhouseWebhook, body)
    if found.action == PING:
        return Translation(event=PING, ping=True)
    delivery = GreenhouseDelivery(
        name=found.action,
        raw=body,
        payload=found.payload,
        context=context,
        delivery_id=(first(headers, DELIVERY_ID) or "")[:200] or None,
    )
    tellers = {name: partial(teller, delivery) for name, teller in EVENTS.items()}
    return normalize.translation(found.action, tellers, IGNORED, faults)


VENDOR = Vendor(
    name="greenhouse",
    title="Greenhouse Recruiting",
    key=signature.plain_key,
    verify=verifier.verify,
    translate=translate,
    mapped=frozenset(EVENTS),
    ignored=IGNORED,
    expected=EXPECTED,
    keyed_by="customer",
)
