"""Pieces of canonical events, cut from the records of Huntflow's logs."""

from typing import Any

from schemas.events import application as canonical
from schemas.events.envelope import Event
from streams.ingest import normalize
from streams.ingest.normalize import Delivery, EventTime
from streams.ingest.vendors.huntflow.payload import HuntflowLog, HuntflowWebhook

EDIT, DELETE = "EDIT", "DELETE"


def record(body: HuntflowWebhook) -> HuntflowLog:
    """The record of the applicant's log that the delivery is about."""
    return normalize.required(body.event.applicant_log, "event.applicant_log")


def when(delivery: Delivery, log: HuntflowLog) -> EventTime:
    """When the record was made, which an edit leaves as it is."""
    return delivery.when(log.created, "exact")


def fact(delivery: Delivery, body: HuntflowWebhook, record_id: str) -> tuple[str, ...]:
    """A record is added once; each edit of it is another fact, known by its own event id or by its bytes."""
    if body.meta.webhook_action != EDIT:
        return (record_id,)
    return (record_id, EDIT, body.meta.event_id or delivery.when(None).text)


def applicant_id(delivery: Delivery, body: HuntflowWebhook) -> str:
    """The person."""
    applicant = body.event.applicant
    vendor_id = normalize.required(
        applicant.id if applicant is not None else None, "event.applicant.id"
    )
    return delivery.id(vendor_id)


def stage(log: HuntflowLog) -> canonical.Stage | None:
    """The stage with its id, which the configured mapping names."""
    if log.status is None or log.status.id is None:
        return None
    return canonical.Stage(id=log.status.id, name=log.status.name)


def retraction(delivery: Delivery, body: HuntflowWebhook, what: tuple[str, ...]) -> Event:
    """The record is gone: nothing that it told happened."""
    log = record(body)
    data = canonical.Updated(**common(delivery, body, log), retracted=True)
    return delivery.event("application.updated", data, when(delivery, log), ("retracted", *what))


def common(
    delivery: Delivery, body: HuntflowWebhook, log: HuntflowLog
) -> dict[str, Any]:  # any field of `canonical.Data`
    """The arguments of `canonical.Data`; the application is the pair of applicant and vacancy."""
    vacancy = normalize.required(log.vacancy, "event.applicant_log.vacancy")
    candidate_id = applicant_id(delivery, body)
    applicant = normalize.required(body.event.applicant, "event.applicant")
    source = next(
        (each.account_source for each in applicant.externals if each.account_source), None
    )
    corrected = body.meta.webhook_action in {EDIT, DELETE}
    author = body.meta.author
    owner = delivery.maybe(author.id if author is not None else None)
    place = vacancy.account_region
    unit = vacancy.account_division
    return {
        "application": canonical.Application(
            id=f"{candidate_id}-{vacancy.id}",
            candidate_id=candidate_id,
            job_id=delivery.id(vacancy.id),
            job_name=vacancy.position,
            revision=delivery.context.now if corrected else None,
        ),
        "log_id": delivery.id(log.id),
        "channel": normalize.channel(source.name, source.id) if source is not None else None,
        "actor": None if owner is None else canonical.Actor(user_id=owner),
        "owners": None if owner is None else canonical.Owners(recruiter_id=owner),
        "dims": canonical.Dims(
            department=unit.name if unit is not None else None,
            location=place.name if place is not None else None,
        ),
    }
