"""Events from Ashby's interview schedules (面接): a snapshot of all meetings of one stage, sent with every change."""

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
SCHEDULED = "scheduled"
COMPLETED = frozenset({"waitingonfeedback", "complete"})
CANCELLED = "cancelled"


def interview_events(delivery: Delivery, data: AshbyData) -> Translation:
    """Return the state of each meeting as events; a meeting that is moved keeps its id and has another start."""
    schedule = normalize.required(data.interview_schedule, "data.interviewSchedule")
    status = normalize.required(schedule.status, "data.interviewSchedule.status").casefold()
    if status not in OPEN | COMPLETED | {SCHEDULED, CANCELLED}:
        status_text = normalize.safe_name(schedule.status or "")
        raise Unmapped("unmapped_value", f"data.interviewSchedule.status {status_text}")
    events = _snapshot(delivery, schedule)
    ignored: list[tuple[str, str]] = []
    for meeting in schedule.interview_events:
        if meeting.interview is not None and meeting.interview.is_debrief:
            ignored.append(("interview", "a debrief is no interview"))
        else:
            events += _meeting_events(delivery, schedule, meeting, status)
    if not events and not ignored:
        ignored.append(("interview", "nothing is scheduled yet"))
    return Translation(events=tuple(events), ignored=tuple(ignored))


def _snapshot(delivery: Delivery, schedule: AshbySchedule) -> list[Event]:
    """Tell which meetings the schedule has, as Ashby reports none that was taken out of it.

    A list that is missing or not readable as a whole says nothing about the meetings that we do not see.
    """
    if schedule.listed_events != len(schedule.interview_events):
        return []
    meeting_ids = tuple([delivery.id(meeting.id) for meeting in schedule.interview_events])
    listing = canonical.InterviewSchedule(id=delivery.id(schedule.id), interview_ids=meeting_ids)
    data = canonical.Updated(**_common(delivery, schedule), schedule=listing)
    when = delivery.event_time(schedule.updated_at)
    return [
        delivery.event("application.updated", data, when, (schedule.id, when.text, *meeting_ids))
    ]


def _meeting_events(
    delivery: Delivery, schedule: AshbySchedule, meeting: AshbyInterviewEvent, status: str
) -> list[Event]:
    data = _interview(delivery, schedule, meeting)
    start = delivery.event_time(meeting.start_time).text if meeting.start_time is not None else ""
    events = []
    if status not in OPEN:
        events.append(_creation(delivery, schedule, meeting))
    if status in COMPLETED and _has_begun(schedule, meeting):
        completed_at = delivery.event_time(
            meeting.end_time or meeting.start_time or schedule.updated_at
        )
        events.append(
            delivery.event("interview.completed", data, completed_at, (meeting.id, start))
        )
    elif status in COMPLETED or status == SCHEDULED:
        changed_at = delivery.event_time(meeting.updated_at or schedule.updated_at)
        fact = (meeting.id, start, changed_at.text)
        events.append(delivery.event("interview.scheduled", data, changed_at, fact))
    if status == CANCELLED:
        cancelled_at = delivery.event_time(schedule.updated_at)
        events.append(
            delivery.event("interview.cancelled", data, cancelled_at, (meeting.id, start))
        )
    if meeting.has_submitted_feedback:
        events.append(_feedback(delivery, schedule, meeting))
    return events


def _creation(delivery: Delivery, schedule: AshbySchedule, meeting: AshbyInterviewEvent) -> Event:
    """面接 scheduled, without its time and interviewers: a snapshot shows the latest ones, not those it was created with.

    Each later snapshot repeats it with equal content, so that the order of arrival does not matter.
    """
    data = canonical.InterviewData(**_identity(delivery, schedule, meeting))
    when = delivery.event_time(meeting.created_at or schedule.updated_at)
    return delivery.event("interview.scheduled", data, when, (meeting.id, "created"))


def _has_begun(schedule: AshbySchedule, meeting: AshbyInterviewEvent) -> bool:
    """Whether the meeting began before the snapshot; a schedule awaits feedback from its first meeting on."""
    if meeting.start_time is None or schedule.updated_at is None:
        return True
    return meeting.start_time <= schedule.updated_at


def _identity(
    delivery: Delivery, schedule: AshbySchedule, meeting: AshbyInterviewEvent
) -> dict[str, Any]:  # arguments of `canonical.InterviewData`
    stage_id = schedule.interview_stage_id
    return {
        **_common(delivery, schedule),
        "interview_id": delivery.id(meeting.id),
        "schedule_id": delivery.id(schedule.id),
        "stage": None if stage_id is None else canonical.Stage(id=stage_id),
    }


def _interview(
    delivery: Delivery, schedule: AshbySchedule, meeting: AshbyInterviewEvent
) -> canonical.InterviewData:
    return canonical.InterviewData(
        **_identity(delivery, schedule, meeting),
        kind=meeting.interview.title if meeting.interview is not None else None,
        start=meeting.start_time,
        end=meeting.end_time,
        interviewers=_panel(delivery, meeting),
        organizer_id=delivery.optional_id(
            schedule.scheduled_by.id if schedule.scheduled_by is not None else None
        ),
    )


def _feedback(delivery: Delivery, schedule: AshbySchedule, meeting: AshbyInterviewEvent) -> Event:
    """評価. Ashby reports only that feedback exists; for a panel, neither by whom nor how many."""
    assessor_ids = [
        interviewer.user_id
        for interviewer in _panel(delivery, meeting)
        if interviewer.role != "shadow"
    ]
    data = canonical.Feedback(
        **_common(delivery, schedule),
        feedback_id=delivery.id(meeting.id),
        interview_id=delivery.id(meeting.id),
        interviewer_id=assessor_ids[0] if len(assessor_ids) == 1 else None,
    )
    when = delivery.event_time(meeting.updated_at or schedule.updated_at)
    return delivery.event("feedback.submitted", data, when, (meeting.id,))


def _panel(delivery: Delivery, meeting: AshbyInterviewEvent) -> tuple[canonical.Interviewer, ...]:
    """Return all interviewers; the older `interviewerUserIds` has no roles."""
    roles = {
        interviewer.id: "shadow"
        if (interviewer.training_role or "").casefold() == "shadow"
        else "panel"
        for interviewer in meeting.interviewers
    } or dict.fromkeys(meeting.interviewer_user_ids, "panel")
    return tuple(
        canonical.Interviewer(user_id=delivery.id(user_id), role="shadow")
        if role == "shadow"
        else canonical.Interviewer(user_id=delivery.id(user_id))
        for user_id, role in roles.items()
    )


def _common(
    delivery: Delivery, schedule: AshbySchedule
) -> dict[str, Any]:  # any field of `canonical.Data`
    application_id = normalize.required(
        schedule.application_id, "data.interviewSchedule.applicationId"
    )
    return {
        "application": canonical.Application(
            id=delivery.id(application_id), candidate_id=delivery.optional_id(schedule.candidate_id)
        )
    }
