"""SmartRecruiters: which of its events mean what without its API, which are passed over and why."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from types import MappingProxyType

from schemas.errors import Malformed
from streams.ingest import lenient_fields, normalize, signature
from streams.ingest.normalize import Delivery, EventTime
from streams.ingest.vendor import Context, Headers, Translation, Vendor, first
from streams.ingest.vendors.smartrecruiters import events as smartrecruiters_events
from streams.ingest.vendors.smartrecruiters import verifier
from streams.ingest.vendors.smartrecruiters.payload import SmartRecruitersWebhook

STAMP = "smartrecruiters-timestamp"
Teller = Callable[[Delivery, SmartRecruitersWebhook, EventTime], Translation]

EVENTS: MappingProxyType[str, Teller] = MappingProxyType(
    {
        "application.created": smartrecruiters_events.created,
        "application.status.updated": smartrecruiters_events.updated,
        "application.source.updated": smartrecruiters_events.updated,
        "application.fields.updated": smartrecruiters_events.updated,
        "candidate.created": partial(smartrecruiters_events.candidate, name="candidate.created"),
        "candidate.updated": partial(smartrecruiters_events.candidate, name="candidate.updated"),
        "candidate.deleted": partial(smartrecruiters_events.candidate, name="candidate.deleted"),
        "offer.created": partial(smartrecruiters_events.offer, name="offer.created"),
        "offer.approval.approved": partial(smartrecruiters_events.offer, name="offer.approved"),
        "interview.created": partial(smartrecruiters_events.interview, name="interview.scheduled"),
        "interview.updated": partial(
            smartrecruiters_events.interview, name="interview.rescheduled"
        ),
        "interview.canceled": partial(smartrecruiters_events.interview, name="interview.cancelled"),
        "job.created": smartrecruiters_events.job,
        "job.updated": smartrecruiters_events.job,
        "job.status.updated": smartrecruiters_events.job,
        "job.hiring-team.updated": smartrecruiters_events.job,
        "position.created": partial(smartrecruiters_events.position, name="opening.opened"),
        "position.deleted": partial(smartrecruiters_events.position, name="opening.closed"),
    }
)

_API = "what has changed only the API tells, and it moves no application"
_APPROVAL = "a step of an approval decides nothing about a candidate"
_ADS = "which advertisements are live only the API tells"
_REVIEW = "it names its application by an id that joins it to nothing without the API"
_HIRED = "onboarding begins after the hire, which is told by the application's status"
IGNORED = MappingProxyType(
    {
        "application.attachment.created": "a document decides nothing",
        "application.screening-answers.*": "answers are personal, and decide nothing",
        "application.onboarding-status.updated": _HIRED,
        "offer.updated": _API,
        "position.*": _API,
        "job.ad.*": _ADS,
        "review.created": _REVIEW,
        "review.updated": _REVIEW,
        "review.deleted": _REVIEW,
        "onboarding.process.started": _HIRED,
        "onboarding.assignments.high-priority.completed": _HIRED,
        "onboarding.assignments.completed": _HIRED,
        "offer.approval.*": _APPROVAL,
        "offer.approver.*": _APPROVAL,
        "job.approval.*": _APPROVAL,
        "job.approver.*": _APPROVAL,
    }
)


def translate(body: bytes, headers: Headers, context: Context) -> Translation:
    """The canonical events of one verified delivery, by the name in its headers; raise Malformed or Unmapped."""
    found, faults = lenient_fields.read(SmartRecruitersWebhook, body)
    name = normalize.required(first(headers, "event-name") or None, "event-name (a header)")
    event_id = normalize.required(first(headers, "event-id") or None, "event-id (a header)")[:200]
    delivery = Delivery(name=name, raw=body, context=context, delivery_id=event_id)
    when = _sent(first(headers, STAMP), context, event_id)
    calls = {each: partial(teller, delivery, found, when) for each, teller in EVENTS.items()}
    return normalize.translation(name, calls, IGNORED, faults)


def _sent(stamp: str | None, context: Context, event_id: str) -> EventTime:
    """When it was sent is all we know of when it happened; the event id is the same over all attempts.

    Raise Malformed for a number that is no such time.
    """
    at = context.now
    if stamp is not None and stamp.isdecimal() and len(stamp) <= 11:
        try:
            at = lenient_fields.within_reason(datetime.fromtimestamp(int(stamp), UTC))
        except ValueError:
            raise Malformed(
                "unmapped_value", f"{STAMP} (a header): not a time of these years"
            ) from None
    return EventTime(at=at, quality="received", text=event_id)


VENDOR = Vendor(
    name="smartrecruiters",
    title="SmartRecruiters",
    key=signature.plain_key,
    verify=verifier.verify,
    translate=translate,
    mapped=frozenset(EVENTS),
    ignored=IGNORED,
    expected=frozenset({"application.created", "application.status.updated", "offer.created"}),
    success=202,
    greet=verifier.greet,
)
