"""Normalizes Workable's webhook payloads: snapshots taken at sending time, which may be later than the event."""

from typing import Any, Literal

from schemas.events import application as canonical
from schemas.events import context as event_context
from schemas.events.envelope import Event
from streams.ingest import normalize
from streams.ingest.normalize import Delivery, EventTime
from streams.ingest.vendor import Translation
from streams.ingest.vendors.workable.payload import WorkableData, WorkableReason, WorkableWebhook

SOURCED = "sourced"
# Event and party by `withdrew`; the older candidate format does not have it.
ENDINGS: dict[bool | None, tuple[str, Literal["company", "candidate", "unknown"]]] = {
    True: ("application.withdrawn", "candidate"),
    False: ("application.rejected", "company"),
    None: ("application.rejected", "unknown"),
}
UNKNOWN_SOURCES = frozenset(
    {"unknown", "other", "none"}
)  # values of `common_source` for an unknown source


def application_created(delivery: Delivery, body: WorkableWebhook) -> Translation:
    """応募. A sourced candidate has not applied and is a prospect until the next stage.

    A snapshot that changed after the candidate was created shows the stage since that change, not the first one.
    """
    candidate = body.data
    when = delivery.event_time(candidate.created_at or body.fired_at)
    changed = candidate.updated_at
    is_first_state = changed is None or changed <= when.at
    prior = delivery.optional_id(candidate.originating_candidate_id)
    data = canonical.Created(
        **_common(delivery, body),
        stage=_stage(candidate) if is_first_state else None,
        prior_application_ids=() if prior is None else (prior,),
    )
    event = delivery.event("application.created", data, when, (when.text,))
    stages = () if is_first_state else _stage_events(delivery, body)
    return Translation(events=(event, *stages, *_ending_events(delivery, body)))


def _stage_events(delivery: Delivery, body: WorkableWebhook) -> tuple[Event, ...]:
    """Return the stage of a snapshot, as of its last change."""
    stage = _stage(body.data)
    if stage is None:
        return ()
    when = delivery.event_time(body.data.updated_at)
    data = canonical.Updated(**_common(delivery, body), stage=stage)
    return (delivery.event("application.updated", data, when, (stage.id, when.text)),)


def stage_changed(delivery: Delivery, body: WorkableWebhook) -> Translation:
    """The candidate's current stage. Of two quick moves only the second may be visible, and none is inferred."""
    candidate = body.data
    stage = _stage(candidate)
    endings = _ending_events(delivery, body)
    if stage is None:
        normalize.required(endings or None, "data.stage")
        return Translation(events=endings)
    when = _as_of(delivery, body)
    data = canonical.StageChanged(**_common(delivery, body), to_stage=stage, from_known="no")
    move = delivery.event("application.stage_changed", data, when, (stage.id, when.text))
    return Translation(events=(move, *endings))


def application_deleted(delivery: Delivery, body: WorkableWebhook) -> Translation:
    """The candidate of one job is deleted."""
    application = canonical.Application(id=delivery.id(_id(body)))
    data = canonical.ApplicationDeleted(application=application, cause="candidate")
    when = delivery.event_time(body.fired_at, "exact")
    return Translation(events=(delivery.event("application.deleted", data, when, ("deleted",)),))


def job_deleted(delivery: Delivery, body: WorkableWebhook) -> Translation:
    """求人 deleted."""
    job_id = normalize.required(body.data.shortcode or body.data.id or body.id, "data.shortcode")
    data = event_context.JobData(job_id=delivery.id(job_id), name=body.data.title)
    when = delivery.event_time(body.fired_at, "exact")
    return Translation(events=(delivery.event("job.deleted", data, when, ("deleted",)),))


def _id(body: WorkableWebhook) -> str:
    return normalize.required(body.data.id or body.id, "data.id")


def _as_of(delivery: Delivery, body: WorkableWebhook) -> EventTime:
    """Return the snapshot's time: the last update if it is later than the event, since the snapshot is taken at sending."""
    fired, changed = body.fired_at, body.data.updated_at
    if fired is None or (changed is not None and changed > fired):
        return delivery.event_time(changed or fired)
    return delivery.event_time(fired)


def _ending_events(delivery: Delivery, body: WorkableWebhook) -> tuple[Event, ...]:
    """Return the ending, if any, with the same id in every snapshot that shows it."""
    candidate = body.data
    if candidate.hired_at is not None:
        when = delivery.event_time(candidate.hired_at)
        hire = canonical.Hired(**_common(delivery, body))
        return (delivery.event("application.hired", hire, when, (when.text,)),)
    if not candidate.disqualified and not candidate.withdrew:
        return ()
    reason = candidate.disqualification_reason or WorkableReason()
    name, party = ENDINGS[
        reason.candidate_withdrew if candidate.withdrew is None else candidate.withdrew
    ]
    has_reason = reason.id is not None or reason.text is not None
    data = canonical.Ended(
        **_common(delivery, body),
        stage=_stage(candidate),
        reason=canonical.Reason(id=reason.id, name=reason.text) if has_reason else None,
        party=party,
    )
    when = delivery.event_time(candidate.disqualified_at or candidate.updated_at or body.fired_at)
    return (delivery.event(name, data, when, (when.text, reason.text or reason.id or "")),)


def _stage(candidate: WorkableData) -> canonical.Stage | None:
    """Return the stage by name; Workable sends no stage id."""
    if candidate.stage is None:
        return None
    return canonical.Stage(
        id=candidate.stage[:150], name=candidate.stage, vendor_kind=candidate.stage_kind
    )


def _common(
    delivery: Delivery, body: WorkableWebhook
) -> dict[str, Any]:  # any field of `canonical.Data`
    candidate = body.data
    job = candidate.job
    ended = candidate.hired_at is not None or candidate.disqualified or candidate.withdrew
    return {
        "application": canonical.Application(
            id=delivery.id(_id(body)),
            candidate_id=None
            if candidate.email is None
            else delivery.context.person_id(candidate.email),
            job_id=delivery.optional_id((job.shortcode or job.id) if job is not None else None),
            job_name=job.title if job is not None else None,
            kind=_kind(candidate),
            applied_at=candidate.created_at,
            active=None if ended or candidate.disqualified is None else True,
            revision=candidate.updated_at,
        ),
        "channel": _channel(candidate),
    }


def _kind(candidate: WorkableData) -> Literal["application", "prospect", "pool"]:
    if candidate.talent_pool is not None and candidate.job is None:
        return "pool"
    return "prospect" if (candidate.stage_kind or "").casefold() == SOURCED else "application"


def _channel(candidate: WorkableData) -> canonical.Channel | None:
    """Return 媒体: Workable's common source, else the referring site, else the outlet."""
    names = (candidate.common_source, candidate.domain, candidate.outlet)
    name = next(
        (source for source in names if source and source.casefold() not in UNKNOWN_SOURCES), None
    )
    if name is None:
        return None
    return normalize.channel(name, kind=candidate.common_source_category, detail=candidate.domain)
