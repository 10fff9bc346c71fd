"""Ashby's interview schedules (面接): a snapshot of all meetings of one stage, sent again with every change."""

from typing import Any

from schemas.errors import Unmapped
from schemas.events import application as canonical
from schemas.events.envelope import Event
from streams.ingest import normalize
from streams.ingest.normalize import Delivery
from streams.ingest.vendor import Translation
from streams.ingest.vendors.ashby.payload import AshbyData, AshbyInterviewEvent, AshbySchedule

OPEN = frozenset(
    {
        "needsscheduling",
        "waitingoncandidatebooking",
        "waitingoncandidateavailability",
        "candidateavailabilitysubmitted",
        "onhold",
    }
)
FIXED = "scheduled"
HELD = frozenset({"waitingonfeedback", "complete"})
CANCELLED = "cancelled"


def changed(delivery: Delivery, data: AshbyData) -> Translation:
    """What each meeting has become; every such fact has one id however often the schedule is sent."""
    schedule = normalize.required(data.interview_schedule, "data.interviewSchedule")
    status = normalize.required(schedule.status, "data.interviewSchedule.status").casefold()
    if status not in OPEN | HELD | {FIXED, CANCELLED}:
        word = normalize.plain(schedule.status or "")
        raise Unmapped("unmapped_value", f"data.interviewSchedule.status {word}")
    events: list[Event] = []
    ignored: list[tuple[str, str]] = []
    for meeting in schedule.interview_events:
        if meeting.interview is not None and meeting.interview.is_debrief:
            ignored.append(("interview", "a debrief is no interview"))
        else:
            events += _meeting(delivery, schedule, meeting, status)
    if not events and not ignored:
        ignored.append(("interview", "nothing is scheduled yet"))
    return Translation(events=tuple(events), ignored=tuple(ignored))


def _meeting(
    delivery: Delivery, schedule: AshbySchedule, meeting: AshbyInterviewEvent, status: str
) -> list[Event]:
    data = canonical.InterviewData(
        **_common(delivery, schedule),
        interview_id=delivery.id(meeting.id),
        schedule_id=delivery.id(schedule.id),
        kind=meeting.interview.title if meeting.interview is not None else None,
        start=meeting.start_time,
        end=meeting.end_time,
        interviewers=_panel(delivery, meeting),
        organizer_id=delivery.maybe(
            schedule.scheduled_by.id if schedule.scheduled_by is not None else None
        ),
    )
    start = delivery.when(meeting.start_time).text if meeting.start_time is not None else ""
    events = []
    if status not in OPEN:
        fixed = delivery.when(meeting.created_at or schedule.updated_at)
        events.append(delivery.event("interview.scheduled", data, fixed, (meeting.id, start)))
    if status in HELD:
        held = delivery.when(meeting.end_time or meeting.start_time or schedule.updated_at)
        events.append(delivery.event("interview.completed", data, held, (meeting.id,)))
    if status == CANCELLED:
        gone = delivery.when(schedule.updated_at)
        events.append(delivery.event("interview.cancelled", data, gone, (meeting.id, start)))
    if meeting.has_submitted_feedback:
        events.append(_feedback(delivery, schedule, meeting))
    return events


def _feedback(delivery: Delivery, schedule: AshbySchedule, meeting: AshbyInterviewEvent) -> Event:
    """評価: Ashby tells that there is some, and of a panel neither whose nor how many."""
    assessing = [each.user_id for each in _panel(delivery, meeting) if each.role != "shadow"]
    data = canonical.Feedback(
        **_common(delivery, schedule),
        feedback_id=delivery.id(meeting.id),
        interview_id=delivery.id(meeting.id),
        interviewer_id=assessing[0] if len(assessing) == 1 else None,
    )
    when = delivery.when(meeting.updated_at or schedule.updated_at)
    return delivery.event("feedback.submitted", data, when, (meeting.id,))


def _panel(delivery: Delivery, meeting: AshbyInterviewEvent) -> tuple[canonical.Interviewer, ...]:
    """Everyone in the room; `interviewerUserIds` is older and knows no roles."""
    people = {
        each.id: "shadow" if (each.training_role or "").casefold() == "shadow" else "panel"
        for each in meeting.interviewers
    } or dict.fromkeys(meeting.interviewer_user_ids, "panel")
    return tuple(
        canonical.Interviewer(user_id=delivery.id(user), role="shadow")
        if role == "shadow"
        else canonical.Interviewer(user_id=delivery.id(user))
        for user, role in people.items()
    )


def _common(
    delivery: Delivery, schedule: AshbySchedule
) -> dict[str, Any]:  # any field of `canonical.Data`
    application_id = normalize.required(
        schedule.application_id, "data.interviewSchedule.applicationId"
    )
    return {
        "application": canonical.Application(
            id=delivery.id(application_id), candidate_id=delivery.maybe(schedule.candidate_id)
        )
    }
