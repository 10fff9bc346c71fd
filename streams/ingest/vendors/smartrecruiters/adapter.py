"""SmartRecruiters: maps each notification to canonical events without calling the API, or ignores it with a reason."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from types import MappingProxyType

from schemas.errors import Malformed
from streams.ingest import lenient_fields, normalize, signature
from streams.ingest.normalize import Delivery, EventTime
from streams.ingest.vendor import Context, Headers, Translation, Vendor, first_header
from streams.ingest.vendors.smartrecruiters import events as smartrecruiters_events
from streams.ingest.vendors.smartrecruiters import verifier
from streams.ingest.vendors.smartrecruiters.payload import SmartRecruitersWebhook

TIMESTAMP = "smartrecruiters-timestamp"
Normalizer = Callable[[Delivery, SmartRecruitersWebhook, EventTime], Translation]

_API = "what has changed only the API tells, and it moves no application"
_OFFER = "whether an offer was sent or answered only the API tells"
_APPROVAL = "a step of an approval decides nothing about a candidate"
_ADS = "which advertisements are live only the API tells"
_REVIEW = "it names its application by an id that joins it to nothing without the API"
_HIRED = "onboarding begins after the hire, which the application's status reports"
IGNORED = MappingProxyType(
    {
        "application.attachment.created": "a document decides nothing",
        "application.screening-answers.*": "answers are personal, and decide nothing",
        "application.onboarding-status.updated": _HIRED,
        "offer.created": _OFFER,
        "offer.updated": _OFFER,
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
EVENTS: MappingProxyType[str, Normalizer] = MappingProxyType(
    {
        "application.created": smartrecruiters_events.application_created,
        "application.status.updated": smartrecruiters_events.application_updated,
        "application.source.updated": smartrecruiters_events.application_updated,
        "application.fields.updated": smartrecruiters_events.application_updated,
        "candidate.created": partial(
            smartrecruiters_events.candidate_events, name="candidate.created"
        ),
        "candidate.updated": partial(
            smartrecruiters_events.candidate_events, name="candidate.updated"
        ),
        "candidate.deleted": partial(
            smartrecruiters_events.candidate_events, name="candidate.deleted"
        ),
        "interview.created": partial(
            smartrecruiters_events.interview_events, name="interview.scheduled"
        ),
        "interview.updated": partial(
            smartrecruiters_events.interview_events, name="interview.rescheduled"
        ),
        "interview.canceled": partial(
            smartrecruiters_events.interview_events, name="interview.cancelled"
        ),
        "job.created": smartrecruiters_events.job_updated,
        "job.updated": smartrecruiters_events.job_updated,
        "job.status.updated": smartrecruiters_events.job_updated,
        "job.hiring-team.updated": smartrecruiters_events.job_updated,
        "position.created": partial(smartrecruiters_events.opening_events, name="opening.opened"),
        "position.deleted": partial(smartrecruiters_events.opening_events, name="opening.closed"),
    }
)

EXPECTED = frozenset({"application.created", "application.status.updated"})


def translate(body: bytes, headers: Headers, context: Context) -> Translation:
    """Return the canonical events of one verified delivery, named in its headers; raise Malformed or Unmapped."""
    webhook, faults = lenient_fields.parse(SmartRecruitersWebhook, body)
    name = normalize.required(first_header(headers, "event-name") or None, "event-name (a header)")
    event_id = normalize.required(first_header(headers, "event-id") or None, "event-id (a header)")[
        :200
    ]
    delivery = Delivery(name=name, raw=body, context=context, delivery_id=event_id)
    when = _sent_at(first_header(headers, TIMESTAMP), context, event_id)
    normalizers = {
        event: partial(to_events, delivery, webhook, when) for event, to_events in EVENTS.items()
    }
    return normalize.dispatch(name, normalizers, IGNORED, faults)


def _sent_at(stamp: str | None, context: Context, event_id: str) -> EventTime:
    """Return the sending time, the only time we have; its text is the event id, which is the same over all attempts.

    Raise Malformed for a number outside the supported years.
    """
    at = context.now
    if stamp is not None and stamp.isdecimal() and len(stamp) <= 11:
        try:
            at = lenient_fields.plausible(datetime.fromtimestamp(int(stamp), UTC))
        except ValueError:
            raise Malformed(
                "unmapped_value", f"{TIMESTAMP} (a header): not a time of these years"
            ) from None
    return EventTime(at=at, quality="received", text=event_id)


VENDOR = Vendor(
    name="smartrecruiters",
    title="SmartRecruiters",
    key=signature.plain_key,
    verify=verifier.verify,
    delivery_id=verifier.delivery_id,
    translate=translate,
    mapped=frozenset(EVENTS),
    ignored=IGNORED,
    expected=EXPECTED,
    success=202,
    preflight=verifier.preflight,
)
