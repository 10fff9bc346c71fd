"""Events from the records of an applicant's log; an application is the pair of applicant and vacancy."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from schemas.events import application as canonical
from schemas.events.envelope import Event
from streams.ingest import normalize
from streams.ingest.normalize import Delivery
from streams.ingest.vendor import Translation
from streams.ingest.vendors.huntflow.events import log_record
from streams.ingest.vendors.huntflow.payload import (
    HuntflowCalendarEvent,
    HuntflowLog,
    HuntflowWebhook,
)

INTERVIEW = "interview"
CANCELLED = frozenset({"cancelled", "canceled"})


def candidate_created(delivery: Delivery, body: HuntflowWebhook) -> Translation:
    """The candidate is created; with a vacancy in the record also 応募."""
    log = log_record.record(body)
    candidate = _candidate_event(delivery, body, "candidate.created")
    events = (
        (candidate,) if log.vacancy is None else (candidate, _created_event(delivery, body, log))
    )
    return Translation(events=events)


def application_created(delivery: Delivery, body: HuntflowWebhook) -> Translation:
    """応募: the applicant is added to a vacancy, in its first stage."""
    log = log_record.record(body)
    return Translation(
        events=(_created_event(delivery, body, log), *_attached_events(delivery, body, log))
    )


def stage_changed(delivery: Delivery, body: HuntflowWebhook) -> Translation:
    """A stage change, rejection or hire, plus the interview and scorecard entered with it.

    A rejection is a move into a rejection stage, so a move out of it reverses the rejection.
    """
    log = log_record.record(body)
    common, when = log_record.common(delivery, body, log), log_record.when(delivery, log)
    stage = log_record.stage(log)
    if log.rejection_reason is not None:
        reason = canonical.Reason(id=log.rejection_reason.id, name=log.rejection_reason.name)
        data: Any = canonical.Ended(**common, reason=reason, party="unknown")
        name = "application.rejected"
    elif log.hired_in_fill_quota is not None or log.employment_date is not None:
        data = canonical.Hired(**common, stage=stage, start_date=log.employment_date)
        name = "application.hired"
    else:
        to_stage = normalize.required(stage, "event.applicant_log.status")
        common["application"] = common["application"].model_copy(update={"active": True})
        data = canonical.StageChanged(**common, to_stage=to_stage, from_known="no")
        name = "application.stage_changed"
    event = delivery.event(name, data, when, log_record.fact(delivery, body, log.id))
    return Translation(events=(event, *_attached_events(delivery, body, log)))


def comment_events(delivery: Delivery, body: HuntflowWebhook) -> Translation:
    """A comment decides nothing, whatever stage it repeats, but may carry an interview or a scorecard.

    An edit that leaves neither retracts what the comment carried before.
    """
    log = log_record.record(body)
    events = _attached_events(delivery, body, log)
    if not events and log.vacancy is not None and body.meta.webhook_action == log_record.EDIT:
        events = (log_record.retraction(delivery, body, log_record.fact(delivery, body, log.id)),)
    ignored = () if events else (("APPLICANT/COMMENT", "a comment decides nothing"),)
    return Translation(events=events, ignored=ignored)


def candidate_deleted(delivery: Delivery, body: HuntflowWebhook) -> Translation:
    """The applicant is deleted; after a merge, this is the merged-away record."""
    return Translation(events=(_candidate_event(delivery, body, "candidate.deleted"),))


def application_closed(delivery: Delivery, body: HuntflowWebhook) -> Translation:
    """The applicant is removed from the vacancy and may be added again."""
    log = log_record.record(body)
    data = canonical.Ended(**log_record.common(delivery, body, log), party="neither")
    event = delivery.event(
        "application.closed",
        data,
        log_record.when(delivery, log),
        log_record.fact(delivery, body, log.id),
    )
    return Translation(events=(event,))


def candidate_merged(delivery: Delivery, body: HuntflowWebhook) -> Translation:
    """Two applicants are merged: `source` names the one that no longer exists."""
    log = log_record.record(body)
    old_applicant_id = normalize.required(log.source, "event.applicant_log.source")
    data = canonical.Merged(
        from_id=delivery.id(old_applicant_id), into_id=log_record.applicant_id(delivery, body)
    )
    event = delivery.event(
        "candidate.merged", data, log_record.when(delivery, log), (data.into_id,)
    )
    return Translation(events=(event,))


EVENTS: Mapping[str, Callable[[Delivery, HuntflowWebhook], Translation]] = MappingProxyType(
    {
        "APPLICANT/ADD": candidate_created,
        "APPLICANT/VACANCY-ADD": application_created,
        "APPLICANT/STATUS": stage_changed,
        "APPLICANT/COMMENT": comment_events,
        "APPLICANT/REMOVED": candidate_deleted,
        "APPLICANT/VACANCY-REMOVE": application_closed,
        "APPLICANT/DOUBLE": candidate_merged,
    }
)
IGNORED = MappingProxyType(
    {
        "APPLICANT/AGREEMENT": "consent says nothing of the funnel",
        "APPLICANT/EDIT": "tags and personal fields are none of ours",
        "APPLICANT/UPDATE": "tags and personal fields are none of ours",
        "APPLICANT/MAIL": "a mail decides nothing",
        "APPLICANT/RESPONSE": "a reply from a job board becomes an application when it is taken",
        "APPLICANT/EXTERNAL-REMOVE": "where a profile came from is kept as it was",
    }
)


def _created_event(delivery: Delivery, body: HuntflowWebhook, log: HuntflowLog) -> Event:
    when = log_record.when(delivery, log)
    common = log_record.common(delivery, body, log)
    application = common["application"].model_copy(
        update={"applied_at": when.at, "kind": "application", "active": True}
    )
    data = canonical.Created(**{**common, "application": application}, stage=log_record.stage(log))
    fact = log_record.fact(delivery, body, log.id)
    return delivery.event("application.created", data, when, fact)


def _attached_events(
    delivery: Delivery, body: HuntflowWebhook, log: HuntflowLog
) -> tuple[Event, ...]:
    """Return the events of the interview and scorecard attached to a record."""
    if log.vacancy is None:
        return ()
    events = []
    if log.calendar_event is not None and log.calendar_event.event_type == INTERVIEW:
        events.append(_interview_event(delivery, body, log, log.calendar_event))
    scorecard = log.survey_answer_of_type_a
    if scorecard is not None:
        respondent = scorecard.respondent
        data = canonical.Feedback(
            **log_record.common(delivery, body, log),
            feedback_id=delivery.id(scorecard.id),
            interviewer_id=delivery.optional_id(
                (respondent.account_id or respondent.custom_id) if respondent else None
            ),
        )
        when = delivery.event_time(scorecard.created or log.created, "exact")
        fact = (scorecard.id, *log_record.fact(delivery, body, log.id))
        events.append(delivery.event("feedback.submitted", data, when, fact))
    return tuple(events)


def _interview_event(
    delivery: Delivery, body: HuntflowWebhook, log: HuntflowLog, meeting: HuntflowCalendarEvent
) -> Event:
    attendees = (
        (delivery.optional_id(attendee.member), attendee.response_status)
        for attendee in meeting.attendees
    )
    data = canonical.InterviewData(
        **log_record.common(delivery, body, log),
        interview_id=delivery.id(meeting.id),
        start=None if meeting.start is None else delivery.event_time(meeting.start).at,
        end=None if meeting.end is None else delivery.event_time(meeting.end).at,
        tz=meeting.timezone,
        interviewers=tuple(
            canonical.Interviewer(user_id=user_id, response=response)
            for user_id, response in attendees
            if user_id
        ),
    )
    cancelled = (meeting.status or "").casefold() in CANCELLED
    name = "interview.cancelled" if cancelled else "interview.scheduled"
    fact = (meeting.id, *log_record.fact(delivery, body, log.id))
    return delivery.event(name, data, log_record.when(delivery, log), fact)


def _candidate_event(delivery: Delivery, body: HuntflowWebhook, name: str) -> Event:
    log = log_record.record(body)
    data = canonical.CandidateData(candidate_id=log_record.applicant_id(delivery, body))
    return delivery.event(name, data, log_record.when(delivery, log), (log.id,))
