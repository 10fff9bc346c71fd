"""Events about one application: creation, stage changes, interviews in the snapshot, endings and their reversal."""

from dataclasses import dataclass
from typing import Any, Literal

from schemas.events import application as canonical
from schemas.events.envelope import Event
from streams.ingest import normalize
from streams.ingest.normalize import EventTime
from streams.ingest.vendor import Translation
from streams.ingest.vendors.greenhouse.events import offers
from streams.ingest.vendors.greenhouse.events import snapshot as snapshot_fields
from streams.ingest.vendors.greenhouse.events.snapshot import GreenhouseDelivery
from streams.ingest.vendors.greenhouse.payload import (
    GreenhouseApplication,
    GreenhouseInterviewStep,
    GreenhouseRejectionReason,
)

Party = Literal["company", "candidate", "neither", "unknown"]

# Greenhouse's three rejection reason types; if an organisation renames one, the party is unknown.
ENDINGS: dict[str, tuple[str, Party]] = {
    "we rejected them": ("application.rejected", "company"),
    "they rejected us": ("application.withdrawn", "candidate"),
    "none specified": ("application.closed", "neither"),
}
UNKNOWN_ENDING: tuple[str, Party] = ("application.rejected", "unknown")

INTERVIEWS = {
    "scheduled": "interview.scheduled",
    "awaiting_feedback": "interview.completed",
    "complete": "interview.completed",
    "collect_feedback": "interview.completed",
}
# Nothing has taken place yet, or it is a take-home test.
NO_INTERVIEW = frozenset({"to_be_scheduled", "skipped", "to_be_sent", "sent", "received"})


@dataclass(frozen=True)
class Snapshot:
    """The application of a delivery, with the fields shared by all its events."""

    delivery: GreenhouseDelivery
    application: GreenhouseApplication

    def common(
        self, *, kind_known: bool = False
    ) -> dict[str, Any]:  # any field of `canonical.Data`
        """Return the arguments of `canonical.Data`."""
        return {
            "application": snapshot_fields.application(
                self.delivery, self.application, kind_known=kind_known
            ),
            "channel": snapshot_fields.channel(self.application.source),
            "owners": snapshot_fields.owners(self.delivery, self.application),
            "dims": snapshot_fields.dims(self.application),
        }

    def stage_id(self) -> str:
        """Return the stage id for event ids; empty without a stage."""
        current = self.application.current_stage
        return "" if current is None else current.id


def _snapshot(delivery: GreenhouseDelivery) -> Snapshot:
    application = normalize.required(delivery.payload.application, "payload.application")
    return Snapshot(delivery, application)


def application_created(delivery: GreenhouseDelivery) -> Translation:
    """応募. A prospect's kind keeps it out of every KPI until it is converted."""
    snapshot = _snapshot(delivery)
    application = snapshot.application
    if application.prospect is None and delivery.name == "new_prospect_application":
        application = application.model_copy(update={"prospect": True})
        snapshot = Snapshot(delivery, application)
    when = delivery.event_time(application.applied_at or application.last_activity_at)
    data = canonical.Created(
        **snapshot.common(kind_known=True), stage=snapshot_fields.stage(application.current_stage)
    )
    kind = data.application.kind or ""
    return Translation(
        events=(delivery.event("application.created", data, when, (kind, when.text)),)
    )


def stage_changed(delivery: GreenhouseDelivery) -> Translation:
    """A stage change: Greenhouse omits the previous stage, and the time is that of the last activity."""
    snapshot = _snapshot(delivery)
    current = normalize.required(
        snapshot_fields.stage(snapshot.application.current_stage),
        "payload.application.current_stage",
    )
    when = delivery.event_time(snapshot.application.last_activity_at)
    data = canonical.StageChanged(**snapshot.common(), to_stage=current, from_known="no")
    move = delivery.event("application.stage_changed", data, when, (current.id, when.text))
    interviews, ignored_interviews = _interviews(snapshot, when)
    return Translation(events=(move, *interviews), ignored=ignored_interviews)


def application_updated(delivery: GreenhouseDelivery) -> Translation:
    """The values after an edit, and the state of the current stage's interviews."""
    snapshot = _snapshot(delivery)
    when = delivery.event_time(snapshot.application.last_activity_at)
    stage = snapshot_fields.stage(snapshot.application.current_stage)
    data = canonical.Updated(**snapshot.common(), stage=stage)
    edit = delivery.event(
        "application.updated", data, when, (normalize.canonical_content(data), when.text)
    )
    interviews, ignored_interviews = _interviews(snapshot, when)
    return Translation(events=(*interviews, edit), ignored=ignored_interviews)


def rejected(delivery: GreenhouseDelivery) -> Translation:
    """不採用, 辞退 or closed: the reason type decides who ended it.

    A rejection is a record that can be corrected: another reason for the rejection of that time replaces the first.
    """
    snapshot = _snapshot(delivery)
    application = snapshot.application
    when = delivery.event_time(application.rejected_at or application.last_activity_at)
    name, party = ending_event(application.rejection_reason)
    data = canonical.Ended(
        **snapshot.common(),
        log_id=delivery.id(f"{application.id}/rejected/{when.text}"),
        stage=snapshot_fields.stage(application.current_stage),
        reason=_reason(application.rejection_reason),
        party=party,
    )
    interviews, ignored_interviews = _interviews(snapshot, when)
    reason_text = "" if data.reason is None else data.reason.id or data.reason.name or ""
    end = delivery.event(name, data, when, (when.text, reason_text, *delivery.occurrence))
    return Translation(events=(*interviews, end), ignored=ignored_interviews)


def reopened(delivery: GreenhouseDelivery) -> Translation:
    """The ending is reversed."""
    snapshot = _snapshot(delivery)
    when = delivery.event_time(snapshot.application.last_activity_at)
    stage = snapshot_fields.stage(snapshot.application.current_stage)
    data = canonical.Reopened(**snapshot.common(), stage=stage)
    fact = (snapshot.stage_id(), when.text, *delivery.occurrence)
    event = delivery.event("application.reopened", data, when, fact)
    return Translation(events=(event,))


def hired(delivery: GreenhouseDelivery) -> Translation:
    """採用決定, plus the acceptance if the body has the offer, with the same event id as `offer_updated`."""
    snapshot = _snapshot(delivery)
    offer = snapshot.application.offer
    moment = snapshot.application.last_activity_at or (
        offer.resolved_at if offer is not None else None
    )
    when = delivery.event_time(moment)
    data = canonical.Hired(
        **snapshot.common(),
        offer_id=None if offer is None else delivery.id(offer.id),
        start_date=None if offer is None else offer.start_date or offer.starts_at,
    )
    event = delivery.event("application.hired", data, when, (when.text,))
    accepted = () if offer is None else (offers.offer_accepted(delivery, offer, snapshot.common()),)
    return Translation(events=(*accepted, event))


def unhired(delivery: GreenhouseDelivery) -> Translation:
    """The hire is reversed."""
    snapshot = _snapshot(delivery)
    when = delivery.event_time(snapshot.application.last_activity_at)
    stage = snapshot_fields.stage(snapshot.application.current_stage)
    data = canonical.Hired(**snapshot.common(), stage=stage)
    fact = (snapshot.stage_id(), when.text, *delivery.occurrence)
    event = delivery.event("application.unhired", data, when, fact)
    return Translation(events=(event,))


def application_deleted(delivery: GreenhouseDelivery) -> Translation:
    """The application is deleted; this happens once, so its id identifies the event."""
    data = canonical.ApplicationDeleted(**_snapshot(delivery).common())
    return Translation(
        events=(
            delivery.event("application.deleted", data, delivery.event_time(None), ("deleted",)),
        )
    )


def ending_event(reason: GreenhouseRejectionReason | None) -> tuple[str, Party]:
    """Return event name and party of a rejection; for any other reason type the party is unknown."""
    kind = reason.type.name if reason is not None and reason.type is not None else None
    return ENDINGS.get((kind or "none specified").casefold(), UNKNOWN_ENDING)


def _reason(reason: GreenhouseRejectionReason | None) -> canonical.Reason | None:
    if reason is None:
        return None
    category = reason.type.name if reason.type is not None else None
    return canonical.Reason(id=reason.id, name=reason.name, category=category)


def _interviews(
    snapshot: Snapshot, when: EventTime
) -> tuple[tuple[Event, ...], tuple[tuple[str, str], ...]]:
    """Return the current stage's interviews that are scheduled or completed, each with one event id however often it is seen."""
    current = snapshot.application.current_stage
    events: list[Event] = []
    ignored: list[tuple[str, str]] = []
    for step in () if current is None else current.interviews:
        status = step.status or "to_be_scheduled"
        name = INTERVIEWS.get(status)
        if name is not None and (status != "collect_feedback" or step.interviewers):
            events.append(_interview(snapshot, step, name, when))
        elif name is None and status not in NO_INTERVIEW:
            ignored.append(("interview", "unknown_status"))
    return tuple(events), tuple(ignored)


def _interview(
    snapshot: Snapshot, step: GreenhouseInterviewStep, name: str, when: EventTime
) -> Event:
    delivery = snapshot.delivery
    data = canonical.InterviewData(
        **snapshot.common(),
        interview_id=delivery.id(step.id),
        kind=step.name,
        stage=snapshot_fields.stage(snapshot.application.current_stage),
        interviewers=snapshot_fields.interviewers(delivery, step),
    )
    return delivery.event(name, data, when, (step.id, name, snapshot.stage_id()))
