"""Huntflow: maps its events, and the record types of an applicant's log, to canonical events."""

from functools import partial
from types import MappingProxyType

from schemas.errors import Condition
from streams.ingest import lenient_fields, normalize, signature
from streams.ingest.normalize import Delivery
from streams.ingest.vendor import Context, Headers, Translation, Vendor, first_header
from streams.ingest.vendors.huntflow import verifier
from streams.ingest.vendors.huntflow.events import applicants, deletions, log_record, vacancies
from streams.ingest.vendors.huntflow.payload import HuntflowWebhook

IGNORED = MappingProxyType({**applicants.IGNORED, **vacancies.IGNORED})
EVENTS = MappingProxyType({**applicants.EVENTS, **vacancies.EVENTS})
EXPECTED = frozenset({"APPLICANT/VACANCY-ADD", "APPLICANT/STATUS", "VACANCY"})
APPLICANT = "APPLICANT"
DELIVERY_ID = "x-huntflow-delivery"
ATTACHED_PARTS = ("calendar_event", "survey_answer_of_type_a")


def translate(body: bytes, headers: Headers, context: Context) -> Translation:
    """Return the canonical events of one verified delivery; raise Malformed or Unmapped."""
    webhook, faults = lenient_fields.parse(HuntflowWebhook, body)
    _refuse_incomplete_edit(webhook, faults)
    name = normalize.required(webhook.meta.event_type, "meta.event_type")
    if name == APPLICANT:
        log = normalize.required(webhook.event.applicant_log, "event.applicant_log")
        name = f"{APPLICANT}/{normalize.required(log.type, 'event.applicant_log.type')}"
    delivery = Delivery(
        name=name,
        raw=body,
        context=context,
        delivery_id=(first_header(headers, DELIVERY_ID) or "")[:200] or None,
        correlation=webhook.meta.event_id,
    )
    deleted = webhook.meta.webhook_action == log_record.DELETE
    table = deletions.DELETIONS if deleted else EVENTS
    normalizers = {
        event: partial(to_events, delivery, webhook) for event, to_events in table.items()
    }
    # Unreadable parts of a deleted record do not matter.
    return normalize.dispatch(name, normalizers, IGNORED, () if deleted else faults)


def _refuse_incomplete_edit(webhook: HuntflowWebhook, faults: tuple[Condition, ...]) -> None:
    """Refuse an edit with an unreadable attached part: leaving the part out would retract it."""
    if webhook.meta.webhook_action == log_record.EDIT:
        for fault in faults:
            if fault.detail.startswith(ATTACHED_PARTS):
                raise fault


VENDOR = Vendor(
    name="huntflow",
    title="Huntflow",
    key=signature.plain_key,
    verify=verifier.verify,
    translate=translate,
    mapped=frozenset(EVENTS),
    ignored=IGNORED,
    expected=EXPECTED,
    key_issuer="customer",
    preflight=verifier.preflight,
)
