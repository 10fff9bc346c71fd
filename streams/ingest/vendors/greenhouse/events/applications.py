"""Events about one application: arrival, moves, interviews seen in the snapshot, endings and their undoing."""

from dataclasses import dataclass
from typing import Any, Literal

from schemas.events import application as canonical
from schemas.events.envelope import Event
from streams.ingest import normalize
from streams.ingest.normalize import EventTime
from streams.ingest.vendor import Translation
from streams.ingest.vendors.greenhouse.events import offers
from streams.ingest.vendors.greenhouse.events import snapshot as pieces
from streams.ingest.vendors.greenhouse.events.snapshot import GreenhouseDelivery
from streams.ingest.vendors.greenhouse.payload import (
    GreenhouseApplication,
    GreenhouseInterviewStep,
    GreenhouseRejectionReason,
)

Party = Literal["company", "candidate", "neither", "unknown"]

# Greenhouse's three types of rejection reason; an organisation may rename them, then the party is unknown.
ENDINGS: dict[str, tuple[str, Party]] = {
    "we rejected them": ("application.rejected", "company"),
    "they rejected us": ("application.withdrawn", "candidate"),
    "none specified": ("application.closed", "neither"),
}
RENAMED: tuple[str, Party] = ("application.rejected", "unknown")

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
    """The application of a delivery and what every event about it repeats."""

    delivery: GreenhouseDelivery
    application: GreenhouseApplication

    def common(
        self, *, kind_known: bool = False
    ) -> dict[str, Any]:  # any field of `canonical.Data`
        """The arguments of `canonical.Data`."""
        return {
            "application": pieces.application(
                self.delivery, self.application, kind_known=kind_known
            ),
            "channel": pieces.channel(self.application.source),
            "owners": pieces.owners(self.delivery, self.application),
            "dims": pieces.dims(self.application),
        }

    def stage_id(self) -> str:
        """The stage's id for event ids; empty where there is no stage."""
        current = self.application.current_stage
        return "" if current is None else current.id


def _snapshot(delivery: GreenhouseDelivery) -> Snapshot:
    found = normalize.required(delivery.payload.application, "payload.application")
    return Snapshot(delivery, found)


def created(delivery: GreenhouseDelivery) -> Translation:
    """応募; a prospect's kind keeps it out of every KPI until it is converted."""
    snapshot = _snapshot(delivery)
    seen = snapshot.application
    if seen.prospect is None and delivery.name == "new_prospect_application":
        seen = seen.model_copy(update={"prospect": True})
        snapshot = Snapshot(delivery, seen)
    when = delivery.when(seen.applied_at or seen.last_activity_at)
    data = canonical.Created(
        **snapshot.common(kind_known=True), stage=pieces.stage(seen.current_stage)
    )
    kind = data.application.kind or ""
    return Translation(
        events=(delivery.event("application.created", data, when, (kind, when.text)),)
    )


def moved(delivery: GreenhouseDelivery) -> Translation:
    """A move: the stage left is not told, the time is that of the last activity."""
    snapshot = _snapshot(delivery)
    current = normalize.required(
        pieces.stage(snapshot.application.current_stage), "payload.application.current_stage"
    )
    when = delivery.when(snapshot.application.last_activity_at)
    data = canonical.StageChanged(**snapshot.common(), to_stage=current, from_known="no")
    move = delivery.event("application.stage_changed", data, when, (current.id, when.text))
    interviews, passed_over = _interviews(snapshot, when)
    return Translation(events=(move, *interviews), ignored=passed_over)


def updated(delivery: GreenhouseDelivery) -> Translation:
    """The values after an edit, and what the interviews of the current stage have become."""
    snapshot = _snapshot(delivery)
    when = delivery.when(snapshot.application.last_activity_at)
    stage = pieces.stage(snapshot.application.current_stage)
    data = canonical.Updated(**snapshot.common(), stage=stage)
    edit = delivery.event("application.updated", data, when, (normalize.content(data), when.text))
    interviews, passed_over = _interviews(snapshot, when)
    return Translation(events=(*interviews, edit), ignored=passed_over)


def rejected(delivery: GreenhouseDelivery) -> Translation:
    """不採用, 辞退 or closed: the type of the reason says who ended it.

    Another reason for the rejection of one instant corrects the one before.
    """
    snapshot = _snapshot(delivery)
    seen = snapshot.application
    when = delivery.when(seen.rejected_at or seen.last_activity_at)
    name, party = ending(seen.rejection_reason)
    data = canonical.Ended(
        **snapshot.common(),
        stage=pieces.stage(seen.current_stage),
        reason=_reason(seen.rejection_reason),
        party=party,
    )
    interviews, passed_over = _interviews(snapshot, when)
    why = "" if data.reason is None else data.reason.id or data.reason.name or ""
    end = delivery.event(name, data, when, (when.text, why))
    return Translation(events=(*interviews, end), ignored=passed_over)


def reopened(delivery: GreenhouseDelivery) -> Translation:
    """An ending taken back."""
    snapshot = _snapshot(delivery)
    when = delivery.when(snapshot.application.last_activity_at)
    stage = pieces.stage(snapshot.application.current_stage)
    data = canonical.Reopened(**snapshot.common(), stage=stage)
    event = delivery.event("application.reopened", data, when, (snapshot.stage_id(), when.text))
    return Translation(events=(event,))


def hired(delivery: GreenhouseDelivery) -> Translation:
    """採用決定; with the offer in the body also its acceptance, under the id that `offer_updated` gives it."""
    snapshot = _snapshot(delivery)
    offer = snapshot.application.offer
    moment = snapshot.application.last_activity_at or (
        offer.resolved_at if offer is not None else None
    )
    when = delivery.when(moment)
    data = canonical.Hired(
        **snapshot.common(),
        offer_id=None if offer is None else delivery.id(offer.id),
        start_date=None if offer is None else offer.start_date or offer.starts_at,
    )
    event = delivery.event("application.hired", data, when, (when.text,))
    accepted = () if offer is None else (offers.accepted(delivery, offer, snapshot.common()),)
    return Translation(events=(*accepted, event))


def unhired(delivery: GreenhouseDelivery) -> Translation:
    """A hire taken back."""
    snapshot = _snapshot(delivery)
    when = delivery.when(snapshot.application.last_activity_at)
    data = canonical.Hired(**snapshot.common())
    event = delivery.event("application.unhired", data, when, (snapshot.stage_id(), when.text))
    return Translation(events=(event,))


def deleted(delivery: GreenhouseDelivery) -> Translation:
    """An application that is gone; it happens once, so its id is the fact."""
    data = canonical.ApplicationDeleted(**_snapshot(delivery).common())
    return Translation(
        events=(delivery.event("application.deleted", data, delivery.when(None), ("deleted",)),)
    )


def ending(reason: GreenhouseRejectionReason | None) -> tuple[str, Party]:
    """The event and the party of a rejection; a type that is none of the three leaves the party unknown."""
    kind = reason.type.name if reason is not None and reason.type is not None else None
    return ENDINGS.get((kind or "none specified").casefold(), RENAMED)


def _reason(reason: GreenhouseRejectionReason | None) -> canonical.Reason | None:
    if reason is None:
        return None
    category = reason.type.name if reason.type is not None else None
    return canonical.Reason(id=reason.id, name=reason.name, category=category)


def _interviews(
    snapshot: Snapshot, when: EventTime
) -> tuple[tuple[Event, ...], tuple[tuple[str, str], ...]]:
    """The interviews of the current stage that are fixed or held; each such fact has one id however often it is seen."""
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
    panel = pieces.users(delivery, step.interviewers)
    data = canonical.InterviewData(
        **snapshot.common(),
        interview_id=delivery.id(step.id),
        kind=step.name,
        interviewers=tuple(canonical.Interviewer(user_id=user, role="panel") for user in panel),
    )
    return delivery.event(name, data, when, (step.id, name, snapshot.stage_id()))
