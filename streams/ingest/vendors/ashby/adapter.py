"""Ashby: which of its events mean what, which are passed over and why."""

from collections.abc import Callable
from functools import partial
from types import MappingProxyType

from streams.ingest import lenient_fields, normalize, signature
from streams.ingest.normalize import Delivery
from streams.ingest.vendor import Context, Headers, Translation, Vendor
from streams.ingest.vendors.ashby import verifier
from streams.ingest.vendors.ashby.events import applications, interviews, jobs, offers
from streams.ingest.vendors.ashby.payload import AshbyData, AshbyWebhook

EVENTS: MappingProxyType[str, Callable[[Delivery, AshbyData], Translation]] = MappingProxyType(
    {
        "applicationSubmit": applications.submitted,
        "applicationUpdate": applications.updated,
        "candidateStageChange": applications.moved,
        "candidateHire": applications.hired,
        "pushToHRIS": applications.updated,
        "candidateDelete": jobs.candidate_deleted,
        "candidateMerge": jobs.candidate_merged,
        "interviewPlanTransition": jobs.plan_exchanged,
        "interviewScheduleCreate": interviews.changed,
        "interviewScheduleUpdate": interviews.changed,
        "jobCreate": jobs.job_created,
        "jobUpdate": jobs.job_updated,
        "jobPostingPublish": jobs.published,
        "jobPostingUnpublish": jobs.unpublished,
        "jobPostingDelete": jobs.unpublished,
        "offerCreate": offers.changed,
        "offerUpdate": offers.changed,
        "offerDelete": offers.deleted,
        "openingCreate": jobs.opening_created,
        "surveySubmit": jobs.surveyed,
    }
)

IGNORED = MappingProxyType(
    {
        "jobPostingUpdate": "publishing and unpublishing have events of their own",
        "signatureRequestUpdate": "it names no application where it is about an offer; offerUpdate tells the answer",
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
    """The canonical events of one verified delivery; raise Malformed or Unmapped."""
    found, faults = lenient_fields.read(AshbyWebhook, body)
    if found.action == PING:
        return Translation(event=PING, ping=True)
    delivery = Delivery(
        name=found.action, raw=body, context=context, correlation=found.webhook_action_id
    )
    tellers = {name: partial(teller, delivery, found.data) for name, teller in EVENTS.items()}
    return normalize.translation(found.action, tellers, IGNORED, faults)


VENDOR = Vendor(
    name="ashby",
    title="Ashby",
    key=signature.plain_key,
    verify=verifier.verify,
    translate=translate,
    mapped=frozenset(EVENTS),
    ignored=IGNORED,
    expected=EXPECTED,
    keyed_by="customer",
    on_bad_signature="quarantine",
)
