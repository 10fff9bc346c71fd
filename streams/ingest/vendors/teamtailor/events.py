"""What each of Teamtailor's events says."""

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


def created(delivery: Delivery, body: TeamtailorWebhook) -> Translation:
    """応募."""
    seen = body.attributes
    when = delivery.when(seen.created_at or seen.updated_at)
    common = _common(delivery, body)
    application = common["application"].model_copy(
        update={"applied_at": when.at, "kind": "application"}
    )
    data = canonical.Created(**{**common, "application": application}, stage=_stage(body))
    event = delivery.event("application.created", data, when, (when.text,))
    return Translation(events=(event, *_rejected(delivery, body)))


def updated(delivery: Delivery, body: TeamtailorWebhook) -> Translation:
    """A move, a rejection, or the taking back of one: the times say which. Neither moved nor rejected is an edit."""
    seen = body.attributes
    stage, ended = _stage(body), _rejected(delivery, body)
    moved_at = seen.last_moved_at or seen.changed_stage_at
    common = _common(delivery, body)
    events: list[Event] = []
    if stage is not None and moved_at is not None:
        when = delivery.when(moved_at, "exact")
        common["application"] = common["application"].model_copy(update={"active": None})
        move = canonical.StageChanged(**common, to_stage=stage, from_known="no")
        events.append(
            delivery.event("application.stage_changed", move, when, (stage.id, when.text))
        )
    if not ended:
        when = delivery.when(seen.updated_at)
        edit = canonical.Updated(**_common(delivery, body), stage=stage)
        fact = (normalize.content(edit), when.text)
        events.append(delivery.event("application.updated", edit, when, fact))
    return Translation(events=(*events, *ended))


def deleted(delivery: Delivery, body: TeamtailorWebhook) -> Translation:
    """An application that is gone."""
    data = canonical.ApplicationDeleted(**_common(delivery, body))
    event = delivery.event("application.deleted", data, delivery.when(None), ("deleted",))
    return Translation(events=(event,))


def person(delivery: Delivery, body: TeamtailorWebhook) -> Translation:
    """The person was entered, edited or deleted."""
    data = canonical.CandidateData(candidate_id=delivery.id(_id(body)))
    when = delivery.when(body.attributes.updated_at)
    name = {"create": "candidate.created", "update": "candidate.updated"}.get(
        delivery.name.rpartition(".")[2], "candidate.deleted"
    )
    fact = ("deleted",) if name == "candidate.deleted" else (when.text,)
    return Translation(events=(delivery.event(name, data, when, fact),))


def job(delivery: Delivery, body: TeamtailorWebhook) -> Translation:
    """求人 opened, edited, closed or gone."""
    seen = body.attributes
    data = event_context.JobData(job_id=delivery.id(_id(body)), name=seen.title)
    when = delivery.when(seen.updated_at)
    if delivery.name == "job.destroy":
        event = delivery.event("job.deleted", data, when, ("deleted",))
    else:
        name = JOBS.get((seen.status or "").casefold(), "job.updated")
        event = delivery.event(name, data, when, (when.text,))
    return Translation(events=(event,))


EVENTS: Mapping[str, Callable[[Delivery, TeamtailorWebhook], Translation]] = MappingProxyType(
    {
        "job_application.create": created,
        "job_application.update": updated,
        "job_application.destroy": deleted,
        "candidate.create": person,
        "candidate.update": person,
        "candidate.destroy": person,
        "job.create": job,
        "job.update": job,
        "job.destroy": job,
    }
)


def _id(body: TeamtailorWebhook) -> str:
    return normalize.required(body.id, "payload.data.id")


def _stage(body: TeamtailorWebhook) -> canonical.Stage | None:
    """The stage by its name: Teamtailor sends no id of it."""
    name = body.attributes.stage_name
    return None if name is None else canonical.Stage(id=name[:150], name=name)


def _rejected(delivery: Delivery, body: TeamtailorWebhook) -> tuple[Event, ...]:
    """不採用, as far as the word goes; neither a reason nor whose wish it was is told."""
    at = body.attributes.rejected_at
    if at is None:
        return ()
    common = _common(delivery, body)
    data = canonical.Ended(**common, stage=_stage(body), party="unknown")
    when = delivery.when(at, "exact")
    return (delivery.event("application.rejected", data, when, (when.text,)),)


def _common(
    delivery: Delivery, body: TeamtailorWebhook
) -> dict[str, Any]:  # any field of `canonical.Data`
    seen = body.attributes
    told = "rejected_at" in seen.model_fields_set
    return {
        "application": canonical.Application(
            id=delivery.id(_id(body)),
            candidate_id=delivery.maybe(seen.candidate_id or body.related("candidate")),
            job_id=delivery.maybe(seen.job_id or body.related("job")),
            job_name=seen.job_title,
            active=True if told and seen.rejected_at is None else None,
            revision=seen.updated_at,
        ),
        "channel": normalize.channel(seen.referring_site),
    }
