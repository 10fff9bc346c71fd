"""Huntflow: which of its events and of the records of an applicant's log mean what."""

from functools import partial
from types import MappingProxyType

from schemas.errors import Condition
from streams.ingest import lenient_fields, normalize, signature
from streams.ingest.normalize import Delivery
from streams.ingest.vendor import Context, Headers, Translation, Vendor, first
from streams.ingest.vendors.huntflow import verifier
from streams.ingest.vendors.huntflow.events import applicants, deletions, log_record, vacancies
from streams.ingest.vendors.huntflow.payload import HuntflowWebhook

EVENTS = MappingProxyType({**applicants.EVENTS, **vacancies.EVENTS})
IGNORED = MappingProxyType({**applicants.IGNORED, **vacancies.IGNORED})
APPLICANT = "APPLICANT"
DELIVERY_ID = "x-huntflow-delivery"
BESIDE = ("calendar_event", "survey_answer_of_type_a")


def translate(body: bytes, headers: Headers, context: Context) -> Translation:
    """The canonical events of one verified delivery; raise Malformed or Unmapped."""
    found, faults = lenient_fields.read(HuntflowWebhook, body)
    _whole(found, faults)
    name = normalize.required(found.meta.event_type, "meta.event_type")
    if name == APPLICANT:
        log = normalize.required(found.event.applicant_log, "event.applicant_log")
        name = f"{APPLICANT}/{normalize.required(log.type, 'event.applicant_log.type')}"
    delivery = Delivery(
        name=name,
        raw=body,
        context=context,
        delivery_id=(first(headers, DELIVERY_ID) or "")[:200] or None,
        correlation=found.meta.event_id,
    )
    deleted = found.meta.webhook_action == log_record.DELETE
    tellers = deletions.DELETIONS if deleted else EVENTS
    calls = {each: partial(teller, delivery, found) for each, teller in tellers.items()}
    # Of a record that is gone nothing is missed.
    return normalize.translation(name, calls, IGNORED, () if deleted else faults)


def _whole(found: HuntflowWebhook, faults: tuple[Condition, ...]) -> None:
    """Refuse an edit of which a part beside the record is not understood: left out, it would be taken back."""
    if found.meta.webhook_action == log_record.EDIT:
        for fault in faults:
            if fault.detail.startswith(BESIDE):
                raise fault


VENDOR = Vendor(
    name="huntflow",
    title="Huntflow",
    key=signature.plain_key,
    verify=verifier.verify,
    translate=translate,
    mapped=frozenset(EVENTS),
    ignored=IGNORED,
    expected=frozenset({"APPLICANT/VACANCY-ADD", "APPLICANT/STATUS", "VACANCY"}),
    keyed_by="customer",
    greet=verifier.greet,
)
