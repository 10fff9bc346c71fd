"""What each of Workable's events says: one snapshot, however old the event is by the time it is sent."""

from typing import Any, Literal

from schemas.events import application as canonical
from schemas.events import context as event_context
from schemas.events.envelope import Event
from streams.ingest import normalize
from streams.ingest.normalize import Delivery, EventTime
from streams.ingest.vendor import Translation
from streams.ingest.vendors.workable.payload import WorkableData, WorkableReason, WorkableWebhook

SOURCED = "sourced"
# Whether the candidate withdrew; the older shape of the candidate does not say.
ENDINGS: dict[bool | None, tuple[str, Literal["company", "candidate", "unknown"]]] = {
    True: ("application.withdrawn", "candidate"),
    False: ("application.rejected", "company"),
    None: ("application.rejected", "unknown"),
}
NOWHERE = frozenset({"unknown", "other", "none"})  # what `common_source` says when nobody knows


def created(delivery: Delivery, body: WorkableWebhook) -> Translation:
    """応募; who was sourced has not applied, and is a prospect until he moves on."""
    seen = body.data
    when = delivery.when(seen.created_at or body.fired_at)
    prior = delivery.maybe(seen.originating_candidate_id)
    data = canonical.Created(
        **_common(delivery, body),
        stage=_stage(seen),
        prior_application_ids=() if prior is None else (prior,),
    )
    event = delivery.event("application.created", data, when, (when.text,))
    return Translation(events=(event, *_ended(delivery, body)))


def moved(delivery: Delivery, body: WorkableWebhook) -> Translation:
    """Where the candidate is now. Of two quick moves only the second may be seen, and nothing is made up between."""
    seen = body.data
    stage = _stage(seen)
    ended = _ended(delivery, body)
    if stage is None:
        normalize.required(ended or None, "data.stage")
        return Translation(events=ended)
    when = _as_of(delivery, body)
    data = canonical.StageChanged(**_common(delivery, body), to_stage=stage, from_known="no")
    move = delivery.event("application.stage_changed", data, when, (stage.id, when.text))
    return Translation(events=(move, *ended))


def deleted(delivery: Delivery, body: WorkableWebhook) -> Translation:
    """The candidate of one job is gone."""
    application = canonical.Application(id=delivery.id(_id(body)))
    data = canonical.ApplicationDeleted(application=application, cause="candidate")
    when = delivery.when(body.fired_at, "exact")
    return Translation(events=(delivery.event("application.deleted", data, when, ("deleted",)),))


def job_deleted(delivery: Delivery, body: WorkableWebhook) -> Translation:
    """求人 gone."""
    job_id = normalize.required(body.data.shortcode or body.data.id or body.id, "data.shortcode")
    data = event_context.JobData(job_id=delivery.id(job_id), name=body.data.title)
    when = delivery.when(body.fired_at, "exact")
    return Translation(events=(delivery.event("job.deleted", data, when, ("deleted",)),))


def _id(body: WorkableWebhook) -> str:
    return normalize.required(body.data.id or body.id, "data.id")


def _as_of(delivery: Delivery, body: WorkableWebhook) -> EventTime:
    """The snapshot is of sending: when it has changed after the event fired, what it shows is no older than that."""
    fired, changed = body.fired_at, body.data.updated_at
    if fired is None or (changed is not None and changed > fired):
        return delivery.when(changed or fired)
    return delivery.when(fired)


def _ended(delivery: Delivery, body: WorkableWebhook) -> tuple[Event, ...]:
    """How it has ended by now. The same ending has one id in every snapshot that shows it."""
    seen = body.data
    if seen.hired_at is not None:
        when = delivery.when(seen.hired_at)
        hire = canonical.Hired(**_common(delivery, body))
        return (delivery.event("application.hired", hire, when, (when.text,)),)
    if not seen.disqualified and not seen.withdrew:
        return ()
    why = seen.disqualification_reason or WorkableReason()
    name, party = ENDINGS[why.candidate_withdrew if seen.withdrew is None else seen.withdrew]
    known = why.id is not None or why.words is not None
    data = canonical.Ended(
        **_common(delivery, body),
        stage=_stage(seen),
        reason=canonical.Reason(id=why.id, name=why.words) if known else None,
        party=party,
    )
    when = delivery.when(seen.disqualified_at or seen.updated_at or body.fired_at)
    return (delivery.event(name, data, when, (when.text, why.words or why.id or "")),)


def _stage(seen: WorkableData) -> canonical.Stage | None:
    """The stage by its name: Workable sends no id of it."""
    if seen.stage is None:
        return None
    return canonical.Stage(id=seen.stage[:150], name=seen.stage, vendor_kind=seen.stage_kind)


def _common(
    delivery: Delivery, body: WorkableWebhook
) -> dict[str, Any]:  # any field of `canonical.Data`
    seen = body.data
    job = seen.job
    ended = seen.hired_at is not None or seen.disqualified or seen.withdrew
    return {
        "application": canonical.Application(
            id=delivery.id(_id(body)),
            candidate_id=None if seen.email is None else delivery.context.person(seen.email),
            job_id=delivery.maybe((job.shortcode or job.id) if job is not None else None),
            job_name=job.title if job is not None else None,
            kind=_kind(seen),
            applied_at=seen.created_at,
            active=None if ended or seen.disqualified is None else True,
            revision=seen.updated_at,
        ),
        "channel": _channel(seen),
    }


def _kind(seen: WorkableData) -> Literal["application", "prospect", "pool"]:
    if seen.talent_pool is not None and seen.job is None:
        return "pool"
    return "prospect" if (seen.stage_kind or "").casefold() == SOURCED else "application"


def _channel(seen: WorkableData) -> canonical.Channel | None:
    """媒体: Workable's own name for it where it has one, else the referring site, else the way in."""
    names = (seen.common_source, seen.domain, seen.outlet)
    name = next((each for each in names if each and each.casefold() not in NOWHERE), None)
    if name is None:
        return None
    return normalize.channel(name, kind=seen.common_source_category, detail=seen.domain)
