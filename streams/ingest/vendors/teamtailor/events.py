"""Normalizes Teamtailor's webhook payloads to canonical events."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from schemas.events import application as canonical
from schemas.events import context as event_context
from schemas.events.envelope import Event
from streams.ingest import normalize
from streams.ingest.normalize import Delivery
from streams.ingest.vendor import Translation
from streams.ingest.vendors.teamtailor.payload import TeamtailorWebhook

JOBS = {"open": "job.opened", "archived": "job.closed"}


def application_created(delivery: Delivery, body: TeamtailorWebhook) -> Translation:
    """応募."""
    attributes = body.attributes
    when = delivery.event_time(attributes.created_at or attributes.updated_at)
    common = _common(delivery, body)
    application = common["application"].model_copy(
        update={"applied_at": when.at, "kind": "application"}
    )
    data = canonical.Created(**{**common, "application": application}, stage=_stage(body))
    event = delivery.event("application.created", data, when, (when.text,))
    return Translation(events=(event, *_rejected_events(delivery, body)))


def application_updated(delivery: Delivery, body: TeamtailorWebhook) -> Translation:
    """A stage change, a rejection or its reversal, depending on the timestamps; otherwise an edit."""
    attributes = body.attributes
    stage, endings = _stage(body), _rejected_events(delivery, body)
    moved_at = attributes.last_moved_at or attributes.changed_stage_at
    common = _common(delivery, body)
    events: list[Event] = []
    if stage is not None and moved_at is not None:
        when = delivery.event_time(moved_at, "exact")
        common["application"] = common["application"].model_copy(update={"active": None})
        move = canonical.StageChanged(**common, to_stage=stage, from_known="no")
        events.append(
            delivery.event("application.stage_changed", move, when, (stage.id, when.text))
        )
    if not endings:
        when = delivery.event_time(attributes.updated_at)
        edit = canonical.Updated(**_common(delivery, body), stage=stage)
        fact = (normalize.canonical_content(edit), when.text)
        events.append(delivery.event("application.updated", edit, when, fact))
    return Translation(events=(*events, *endings))


def application_deleted(delivery: Delivery, body: TeamtailorWebhook) -> Translation:
    """The application is deleted."""
    data = canonical.ApplicationDeleted(**_common(delivery, body))
    event = delivery.event("application.deleted", data, delivery.event_time(None), ("deleted",))
    return Translation(events=(event,))


def candidate_events(delivery: Delivery, body: TeamtailorWebhook) -> Translation:
    """The candidate is created, updated or deleted."""
    data = canonical.CandidateData(candidate_id=delivery.id(_id(body)))
    when = delivery.event_time(body.attributes.updated_at)
    name = {"create": "candidate.created", "update": "candidate.updated"}.get(
        delivery.name.rpartition(".")[2], "candidate.deleted"
    )
    fact = ("deleted",) if name == "candidate.deleted" else (when.text,)
    return Translation(events=(delivery.event(name, data, when, fact),))


def job_events(delivery: Delivery, body: TeamtailorWebhook) -> Translation:
    """求人 opened, edited, closed or deleted."""
    attributes = body.attributes
    data = event_context.JobData(job_id=delivery.id(_id(body)), name=attributes.title)
    when = delivery.event_time(attributes.updated_at)
    if delivery.name == "job.destroy":
        event = delivery.event("job.deleted", data, when, ("deleted",))
    else:
        name = JOBS.get((attributes.status or "").casefold(), "job.updated")
        event = delivery.event(name, data, when, (when.text,))
    return Translation(events=(event,))


EVENTS: Mapping[str, Callable[[Delivery, TeamtailorWebhook], Translation]] = MappingProxyType(
    {
        "job_application.create": application_created,
        "job_application.update": application_updated,
        "job_application.destroy": application_deleted,
        "candidate.create": candidate_events,
        "candidate.update": candidate_events,
        "candidate.destroy": candidate_events,
        "job.create": job_events,
        "job.update": job_events,
        "job.destroy": job_events,
    }
)


def _id(body: TeamtailorWebhook) -> str:
    return normalize.required(body.id, "payload.data.id")


def _stage(body: TeamtailorWebhook) -> canonical.Stage | None:
    """Return the stage by name; Teamtailor sends no stage id."""
    name = body.attributes.stage_name
    return None if name is None else canonical.Stage(id=name[:150], name=name)


def _rejected_events(delivery: Delivery, body: TeamtailorWebhook) -> tuple[Event, ...]:
    """Return 不採用 if rejected; Teamtailor sends neither a reason nor the party."""
    at = body.attributes.rejected_at
    if at is None:
        return ()
    common = _common(delivery, body)
    data = canonical.Ended(**common, stage=_stage(body), party="unknown")
    when = delivery.event_time(at, "exact")
    return (delivery.event("application.rejected", data, when, (when.text,)),)


def _common(
    delivery: Delivery, body: TeamtailorWebhook
) -> dict[str, Any]:  # any field of `canonical.Data`
    attributes = body.attributes
    rejection_sent = "rejected_at" in attributes.model_fields_set
    return {
        "application": canonical.Application(
            id=delivery.id(_id(body)),
            candidate_id=delivery.optional_id(attributes.candidate_id or body.related("candidate")),
            job_id=delivery.optional_id(attributes.job_id or body.related("job")),
            job_name=attributes.job_title,
            active=True if rejection_sent and attributes.rejected_at is None else None,
            revision=attributes.updated_at,
        ),
        "channel": normalize.channel(attributes.referring_site),
    }
