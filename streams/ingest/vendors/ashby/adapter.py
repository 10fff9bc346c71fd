"""Ashby: maps each webhook event to canonical events, or ignores it with a reason."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from types import MappingProxyType

from streams.ingest import lenient_fields, normalize, signature
from streams.ingest.employees import employees_in
from streams.ingest.normalize import Delivery
from streams.ingest.vendor import Context, Headers, Translation, Vendor
from streams.ingest.vendors.ashby import verifier
from streams.ingest.vendors.ashby.events import applications, interviews, jobs, offers
from streams.ingest.vendors.ashby.payload import AshbyData, AshbyWebhook

IGNORED = MappingProxyType(
    {
        "jobPostingUpdate": "publishing and unpublishing have events of their own",
        "signatureRequestUpdate": "it names no application where it is about an offer; offerUpdate tells the answer",
    }
)
EVENTS: MappingProxyType[str, Callable[[Delivery, AshbyData], Translation]] = MappingProxyType(
    {
        "applicationSubmit": applications.application_created,
        "applicationUpdate": applications.application_updated,
        "candidateStageChange": applications.stage_changed,
        "candidateHire": applications.hired,
        "pushToHRIS": applications.application_updated,
        "candidateDelete": jobs.candidate_deleted,
        "candidateMerge": jobs.candidate_merged,
        "interviewPlanTransition": jobs.pipeline_remapped,
        "interviewScheduleCreate": interviews.interview_events,
        "interviewScheduleUpdate": interviews.interview_events,
        "jobCreate": jobs.job_created,
        "jobUpdate": jobs.job_updated,
        "jobPostingPublish": jobs.posting_published,
        "jobPostingUnpublish": jobs.posting_unpublished,
        "jobPostingDelete": jobs.posting_unpublished,
        "offerCreate": offers.offer_events,
        "offerUpdate": offers.offer_events,
        "offerDelete": offers.offer_deleted,
        "openingCreate": jobs.opening_created,
        "surveySubmit": jobs.survey_submitted,
    }
)

EXPECTED = frozenset(
    {
        "applicationSubmit",
        "applicationUpdate",
        "candidateStageChange",
        "candidateHire",
        "interviewScheduleUpdate",
        "offerUpdate",
    }
)
PING = "ping"


def translate(body: bytes, _headers: Headers, context: Context) -> Translation:
    """Return the canonical events of one verified delivery; raise Malformed or Unmapped."""
    webhook, faults = lenient_fields.parse(AshbyWebhook, body)
    if webhook.action == PING:
        return Translation(event=PING, ping=True)
    delivery = Delivery(
        name=webhook.action, raw=body, context=context, correlation=webhook.webhook_action_id
    )
    normalizers = {
        event: partial(to_events, delivery, webhook.data) for event, to_events in EVENTS.items()
    }
    translation = normalize.dispatch(webhook.action, normalizers, IGNORED, faults)
    return replace(translation, employees=employees_in(webhook, context.tenant))


VENDOR = Vendor(
    name="ashby",
    title="Ashby",
    key=signature.plain_key,
    verify=verifier.verify,
    translate=translate,
    mapped=frozenset(EVENTS),
    ignored=IGNORED,
    expected=EXPECTED,
    key_issuer="customer",
    on_bad_signature="quarantine",
)
