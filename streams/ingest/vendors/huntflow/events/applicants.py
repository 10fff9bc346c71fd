"""What the records of an applicant's log say; the application is the pair of applicant and vacancy."""

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


def added(delivery: Delivery, body: HuntflowWebhook) -> Translation:
    """A person was entered; with a vacancy in the record also 応募."""
    log = log_record.record(body)
    person = _person(delivery, body, "candidate.created")
    events = (person,) if log.vacancy is None else (person, _created(delivery, body, log))
    return Translation(events=events)


def put_on_vacancy(delivery: Delivery, body: HuntflowWebhook) -> Translation:
    """応募: a person and a vacancy, in its first stage."""
    log = log_record.record(body)
    return Translation(events=(_created(delivery, body, log), *_beside(delivery, body, log)))


def moved(delivery: Delivery, body: HuntflowWebhook) -> Translation:
    """A move, a rejection or a hire, and the interview and the scorecard that were entered with it.

    A rejection is a move into a stage for the rejected, so that a move out of it takes the rejection back.
    """
    log = log_record.record(body)
    common, when = log_record.common(delivery, body, log), log_record.when(delivery, log)
    stage = log_record.stage(log)
    if log.rejection_reason is not None:
        why = canonical.Reason(id=log.rejection_reason.id, name=log.rejection_reason.name)
        data: Any = canonical.Ended(**common, reason=why, party="unknown")
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
    return Translation(events=(event, *_beside(delivery, body, log)))


def commented(delivery: Delivery, body: HuntflowWebhook) -> Translation:
    """A comment decides nothing, whatever stage it repeats; an interview or a scorecard may come with it.

    An edit that leaves neither takes back what came with it before.
    """
    log = log_record.record(body)
    events = _beside(delivery, body, log)
    if not events and log.vacancy is not None and body.meta.webhook_action == log_record.EDIT:
        events = (log_record.retraction(delivery, body, log_record.fact(delivery, body, log.id)),)
    ignored = () if events else (("APPLICANT/COMMENT", "a comment decides nothing"),)
    return Translation(events=events, ignored=ignored)


def removed(delivery: Delivery, body: HuntflowWebhook) -> Translation:
    """The person is gone; after a merge it is the record that lost it."""
    return Translation(events=(_person(delivery, body, "candidate.deleted"),))


def taken_off(delivery: Delivery, body: HuntflowWebhook) -> Translation:
    """The person was taken off the vacancy, and may be put on it again."""
    log = log_record.record(body)
    data = canonical.Ended(**log_record.common(delivery, body, log), party="neither")
    event = delivery.event(
        "application.closed",
        data,
        log_record.when(delivery, log),
        log_record.fact(delivery, body, log.id),
    )
    return Translation(events=(event,))


def merged(delivery: Delivery, body: HuntflowWebhook) -> Translation:
    """Two records of one person: `source` names the one that is gone."""
    log = log_record.record(body)
    loser = normalize.required(log.source, "event.applicant_log.source")
    data = canonical.Merged(
        from_id=delivery.id(loser), into_id=log_record.applicant_id(delivery, body)
    )
    event = delivery.event(
        "candidate.merged", data, log_record.when(delivery, log), (data.into_id,)
    )
    return Translation(events=(event,))


EVENTS: Mapping[str, Callable[[Delivery, HuntflowWebhook], Translation]] = MappingProxyType(
    {
        "APPLICANT/ADD": added,
        "APPLICANT/VACANCY-ADD": put_on_vacancy,
        "APPLICANT/STATUS": moved,
        "APPLICANT/COMMENT": commented,
        "APPLICANT/REMOVED": removed,
        "APPLICANT/VACANCY-REMOVE": taken_off,
        "APPLICANT/DOUBLE": merged,
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


def _created(delivery: Delivery, body: HuntflowWebhook, log: HuntflowLog) -> Event:
    when = log_record.when(delivery, log)
    common = log_record.common(delivery, body, log)
    application = common["application"].model_copy(
        update={"applied_at": when.at, "kind": "application", "active": True}
    )
    data = canonical.Created(**{**common, "application": application}, stage=log_record.stage(log))
    fact = log_record.fact(delivery, body, log.id)
    return delivery.event("application.created", data, when, fact)


def _beside(delivery: Delivery, body: HuntflowWebhook, log: HuntflowLog) -> tuple[Event, ...]:
    """The interview and the scorecard of a record."""
    if log.vacancy is None:
        return ()
    events = []
    if log.calendar_event is not None and log.calendar_event.event_type == INTERVIEW:
        events.append(_interview(delivery, body, log, log.calendar_event))
    card = log.survey_answer_of_type_a
    if card is not None:
        by = card.respondent
        data = canonical.Feedback(
            **log_record.common(delivery, body, log),
            feedback_id=delivery.id(card.id),
            interviewer_id=delivery.maybe((by.account_id or by.custom_id) if by else None),
        )
        when = delivery.when(card.created or log.created, "exact")
        fact = (card.id, *log_record.fact(delivery, body, log.id))
        events.append(delivery.event("feedback.submitted", data, when, fact))
    return tuple(events)


def _interview(
    delivery: Delivery, body: HuntflowWebhook, log: HuntflowLog, meeting: HuntflowCalendarEvent
) -> Event:
    people = (delivery.maybe(each.member) for each in meeting.attendees)
    data = canonical.InterviewData(
        **log_record.common(delivery, body, log),
        interview_id=delivery.id(meeting.id),
        start=None if meeting.start is None else delivery.when(meeting.start).at,
        end=None if meeting.end is None else delivery.when(meeting.end).at,
        tz=meeting.timezone,
        interviewers=tuple(canonical.Interviewer(user_id=each) for each in people if each),
    )
    cancelled = (meeting.status or "").casefold() in CANCELLED
    name = "interview.cancelled" if cancelled else "interview.scheduled"
    fact = (meeting.id, *log_record.fact(delivery, body, log.id))
    return delivery.event(name, data, log_record.when(delivery, log), fact)


def _person(delivery: Delivery, body: HuntflowWebhook, name: str) -> Event:
    log = log_record.record(body)
    data = canonical.CandidateData(candidate_id=log_record.applicant_id(delivery, body))
    return delivery.event(name, data, log_record.when(delivery, log), (log.id,))
