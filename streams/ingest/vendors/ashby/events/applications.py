"""Events from Ashby's application snapshots: current stage and outcome."""

from typing import Any, Literal

from schemas.errors import Unmapped
from schemas.events import application as canonical
from schemas.events.envelope import Event
from streams.ingest import normalize
from streams.ingest.normalize import Delivery, Mode
from streams.ingest.vendor import Translation
from streams.ingest.vendors.ashby.events import offers
from streams.ingest.vendors.ashby.payload import (
    AshbyApplication,
    AshbyData,
    AshbyMember,
    AshbyOffer,
    AshbySource,
)

Party = Literal["company", "candidate", "neither", "unknown"]

ACTIVE, ARCHIVED, HIRED, LEAD = "active", "archived", "hired", "lead"
# Event and party by archive reason type; for any other type the configured reason mapping decides.
ENDINGS: dict[str, tuple[str, Party]] = {
    "rejectedbyorg": ("application.rejected", "company"),
    "rejectedbycandidate": ("application.withdrawn", "candidate"),
    "other": ("application.closed", "neither"),
}
UNKNOWN_ENDING: tuple[str, Party] = ("application.closed", "unknown")
# Organisations name their roles freely; these are Ashby's defaults and the usual Japanese names.
RECRUITER = frozenset({"recruiter", "採用担当", "採用担当者"})
COORDINATOR = frozenset({"recruiting coordinator", "coordinator", "コーディネーター"})
MANAGER = frozenset({"hiring manager", "採用責任者", "採用マネージャー"})
SOURCER = frozenset({"sourcer", "ソーサー"})


def application_created(delivery: Delivery, data: AshbyData) -> Translation:
    """応募. A lead is a prospect, which no KPI counts until it becomes active."""
    application = _application(data)
    when = delivery.event_time(application.created_at or application.updated_at)
    created = canonical.Created(**_common(delivery, application), stage=_stage(application))
    fact = (created.application.kind or "", when.text)
    event = delivery.event("application.created", created, when, fact)
    return Translation(events=(event, *_ending_events(delivery, application, "webhook")))


def application_updated(delivery: Delivery, data: AshbyData) -> Translation:
    """The values after any change, the job included; for an imported application this is the first event."""
    application = _application(data)
    when = delivery.event_time(application.updated_at)
    edit = canonical.Updated(**_common(delivery, application), stage=_stage(application))
    fact = (normalize.canonical_content(edit), when.text)
    event = delivery.event("application.updated", edit, when, fact)
    return Translation(events=(event, *_ending_events(delivery, application, "derived")))


def stage_changed(delivery: Delivery, data: AshbyData) -> Translation:
    """A stage change, or an ending when the new stage is the archive or the hired stage."""
    application = _application(data)
    endings = _ending_events(delivery, application, "webhook")
    if endings:
        return Translation(events=endings)
    stage = normalize.required(_stage(application), "data.application.currentInterviewStage")
    when = delivery.event_time(application.updated_at)
    move = canonical.StageChanged(**_common(delivery, application), to_stage=stage, from_known="no")
    event = delivery.event("application.stage_changed", move, when, (stage.id, when.text))
    return Translation(events=(event,))


def hired(delivery: Delivery, data: AshbyData) -> Translation:
    """採用決定, plus 内定承諾 if the body has an accepted offer, with the same event id as `offerUpdate`."""
    application = _application(data)
    hire = _hired_event(delivery, application, "webhook", data.offer)
    if data.offer is None:
        return Translation(events=(hire,))
    accepted = offers.offer_accepted(delivery, data.offer, _common(delivery, application))
    return Translation(events=(*accepted, hire))


def _application(data: AshbyData) -> AshbyApplication:
    return normalize.required(data.application, "data.application")


def _status(application: AshbyApplication) -> str:
    status = normalize.required(application.status, "data.application.status").casefold()
    if status not in {ACTIVE, ARCHIVED, HIRED, LEAD}:
        raise Unmapped("unmapped_value", f"data.application.status {normalize.safe_name(status)}")
    return status


def _ending_events(
    delivery: Delivery, application: AshbyApplication, mode: Mode
) -> tuple[Event, ...]:
    """Return the ending shown by the snapshot, with one event id however many webhooks show it."""
    status = _status(application)
    if status == HIRED:
        return (_hired_event(delivery, application, mode, None),)
    if status != ARCHIVED:
        return ()
    reason = application.archive_reason
    kind = (reason.reason_type or "").casefold() if reason is not None else ""
    name, party = ENDINGS.get(kind, UNKNOWN_ENDING)
    when = delivery.event_time(application.archived_at or application.updated_at)
    ended_reason = None
    if reason is not None:
        ended_reason = canonical.Reason(id=reason.id, name=reason.text, category=reason.reason_type)
    data = canonical.Ended(**_common(delivery, application), reason=ended_reason, party=party)
    fact = (when.text, party, (reason.id if reason is not None else None) or "")
    return (delivery.event(name, data, when, fact, mode=mode),)


def _hired_event(
    delivery: Delivery, application: AshbyApplication, mode: Mode, offer: AshbyOffer | None
) -> Event:
    """Return the hire, with one event id however many webhooks show it, and another for the one that says when it starts."""
    when = delivery.event_time(application.updated_at)
    version = offer.latest_version if offer is not None else None
    data = canonical.Hired(
        **_common(delivery, application),
        offer_id=None if offer is None else delivery.id(offer.id),
        start_date=version.start_date if version is not None else None,
    )
    start = () if data.start_date is None else (data.start_date.isoformat(),)
    return delivery.event("application.hired", data, when, (when.text, *start), mode=mode)


def _stage(application: AshbyApplication) -> canonical.Stage | None:
    """Return the stage of an active application or lead; the archive is not a stage."""
    current = application.current_interview_stage
    if current is None or _status(application) not in {ACTIVE, LEAD}:
        return None
    return canonical.Stage(
        id=current.id,
        name=current.title,
        order=current.order_in_interview_plan,
        vendor_kind=current.type,
    )


def _common(
    delivery: Delivery, application: AshbyApplication
) -> dict[str, Any]:  # any field of `canonical.Data`
    """Return the fields shared by all events of the application."""
    job = application.job
    status = _status(application)
    return {
        "application": canonical.Application(
            id=delivery.id(application.id),
            candidate_id=delivery.optional_id(
                application.candidate.id if application.candidate is not None else None
            ),
            job_id=delivery.optional_id(job.id if job is not None else None),
            job_name=job.title if job is not None else None,
            kind="prospect" if status == LEAD else "application",
            applied_at=application.created_at,
            active=True if status == ACTIVE else None,
            revision=application.updated_at,
        ),
        "channel": _channel(application.source),
        "owners": owners(delivery, application.hiring_team),
        "dims": None
        if job is None
        else canonical.Dims(department=job.department_id, location=job.location_id),
    }


def _channel(source: AshbySource | None) -> canonical.Channel | None:
    if source is None:
        return None
    kind = source.source_type.title if source.source_type is not None else None
    return normalize.channel(source.title, source.id, kind=kind)


def owners(delivery: Delivery, team: tuple[AshbyMember, ...]) -> canonical.Owners | None:
    """Return the owners whose roles we know."""

    def user_ids_with(roles: frozenset[str]) -> tuple[str, ...]:
        user_ids = (member for member in team if (member.role or "").casefold() in roles)
        return tuple(dict.fromkeys(delivery.id(user_id.user_id) for user_id in user_ids))

    result = canonical.Owners(
        recruiter_id=next(iter(user_ids_with(RECRUITER)), None),
        coordinator_id=next(iter(user_ids_with(COORDINATOR)), None),
        sourcer_id=next(iter(user_ids_with(SOURCER)), None),
        hiring_manager_ids=user_ids_with(MANAGER),
    )
    return result if result != canonical.Owners() else None
