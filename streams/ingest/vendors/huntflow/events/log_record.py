"""Builds the shared fields of canonical events from Huntflow log records."""

from typing import Any

from schemas.events import application as canonical
from schemas.events.envelope import Event
from streams.ingest import normalize
from streams.ingest.normalize import Delivery, EventTime
from streams.ingest.vendors.huntflow.payload import HuntflowApplicant, HuntflowLog, HuntflowWebhook

EDIT, DELETE = "EDIT", "DELETE"


def record(body: HuntflowWebhook) -> HuntflowLog:
    """Return the applicant log record that the delivery is about."""
    return normalize.required(body.event.applicant_log, "event.applicant_log")


def when(delivery: Delivery, log: HuntflowLog) -> EventTime:
    """Return the record's creation time, which an edit does not change."""
    return delivery.event_time(log.created, "exact")


def fact(delivery: Delivery, body: HuntflowWebhook, record_id: str) -> tuple[str, ...]:
    """Return the identity of the event: a record is added once; each edit is identified by its event id or its body."""
    if body.meta.webhook_action != EDIT:
        return (record_id,)
    return (record_id, EDIT, body.meta.event_id or delivery.event_time(None).text)


def applicant_id(delivery: Delivery, body: HuntflowWebhook) -> str:
    """Return the candidate id."""
    applicant = body.event.applicant
    vendor_id = normalize.required(
        applicant.id if applicant is not None else None, "event.applicant.id"
    )
    return delivery.id(vendor_id)


def stage(log: HuntflowLog) -> canonical.Stage | None:
    """Return the stage with its id, which the configured mapping uses."""
    if log.status is None or log.status.id is None:
        return None
    return canonical.Stage(id=log.status.id, name=log.status.name)


def retraction(delivery: Delivery, body: HuntflowWebhook, identity: tuple[str, ...]) -> Event:
    """Return the event that retracts everything the record reported."""
    log = record(body)
    data = canonical.Updated(**common(delivery, body, log), retracted=True)
    return delivery.event(
        "application.updated", data, when(delivery, log), ("retracted", *identity)
    )


def common(
    delivery: Delivery, body: HuntflowWebhook, log: HuntflowLog
) -> dict[str, Any]:  # any field of `canonical.Data`
    """Return the arguments of `canonical.Data`; an application is the pair of applicant and vacancy."""
    vacancy = normalize.required(log.vacancy, "event.applicant_log.vacancy")
    candidate_id = applicant_id(delivery, body)
    applicant = normalize.required(body.event.applicant, "event.applicant")
    corrected = body.meta.webhook_action in {EDIT, DELETE}
    author = body.meta.author
    owner = delivery.optional_id(author.id if author is not None else None)
    region = vacancy.account_region
    division = vacancy.account_division
    return {
        "application": canonical.Application(
            id=f"{candidate_id}-{vacancy.id}",
            candidate_id=candidate_id,
            job_id=delivery.id(vacancy.id),
            job_name=vacancy.position,
            revision=delivery.context.now if corrected else None,
        ),
        "log_id": delivery.id(log.id),
        "channel": _channel(applicant),
        "actor": None if owner is None else canonical.Actor(user_id=owner),
        "owners": None if owner is None else canonical.Owners(recruiter_id=owner),
        "dims": canonical.Dims(
            department=division.name if division is not None else None,
            location=region.name if region is not None else None,
        ),
    }


def _channel(applicant: HuntflowApplicant) -> canonical.Channel | None:
    """Return the channel of the first external that names its source."""
    sources = (external.account_source for external in applicant.externals)
    source = next((source for source in sources if source), None)
    return normalize.channel(source.name, source.id) if source is not None else None
