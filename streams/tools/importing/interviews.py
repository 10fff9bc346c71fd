"""Convert rows of interviews, scorecards and offers to events."""

from streams.tools.importing import canonical_parts
from streams.tools.importing.canonical_parts import Part
from streams.tools.importing.dates import TableInstant
from streams.tools.importing.events import Fact, RowEvent, derived_id, to_events
from streams.tools.importing.row import RowReader

STATUSES = ("scheduled", "completed", "cancelled", "no_show")
DECISIONS = ("-2", "-1", "0", "1", "2")
ANSWERS = ("accepted", "declined", "expired", "revoked")
ANSWER_BY_DATE = {f"{answer}_at": answer for answer in ANSWERS}


def interview_events(row: RowReader) -> list[RowEvent]:
    """The events of one interview row: scheduled, and then its outcome."""
    row.require("start")
    parts, start, end = (
        canonical_parts.application_parts(row),
        row.instant("start"),
        row.instant("end"),
    )
    scheduled, cancelled = row.instant("scheduled_at"), row.instant("cancelled_at")
    status = row.choice("status") or ("cancelled" if cancelled else "scheduled")
    panel, number = canonical_parts.panel(row), row.integer("round")
    details = {"kind": row.text("interview_kind"), "mode": row.text("mode"), "round": number}
    interview_id = row.id("interview_id")
    if row.problems or start is None:
        return []
    entity = canonical_parts.application_id(row)
    interview_id = interview_id or derived_id(
        entity, start.text, *(str(interviewer["user_id"]) for interviewer in panel)
    )
    span = {} if start.is_date_only else {"start": start, "end": end}
    data: Part = {**parts, **details, **span, "interview_id": interview_id, "interviewers": panel}
    events = _status_events(
        row, data, "scheduled", scheduled or start, is_estimated=scheduled is None
    )
    outcomes = {"completed": end or start, "cancelled": cancelled or start, "no_show": start}
    if status in outcomes:
        is_estimated = status == "cancelled" and cancelled is None
        events += _status_events(row, data, status, outcomes[status], is_estimated=is_estimated)
    return events


def _status_events(
    row: RowReader, data: Part, status: str, when: TableInstant, *, is_estimated: bool = False
) -> list[RowEvent]:
    """The event of the interview's status; `is_estimated` if the row lacks that date and the interview's own stands in."""
    entity, key = canonical_parts.application_id(row), str(data["interview_id"])
    fact = Fact(
        type=f"interview.{status}",
        when=when,
        entity=entity,
        discriminators=(key,),
        is_estimated=is_estimated,
    )
    return to_events(row, "interviews", fact, data)


def feedback_events(row: RowReader) -> list[RowEvent]:
    """The event of one scorecard row."""
    row.require("interviewer_id")
    row.require("submitted_at")
    parts, submitted, due = (
        canonical_parts.application_parts(row),
        row.instant("submitted_at"),
        row.instant("due_at"),
    )
    interviewer, interview = row.id("interviewer_id"), row.id("interview_id")
    decision, feedback_id = row.choice("decision"), row.id("feedback_id")
    if row.problems or submitted is None or interviewer is None:
        return []
    entity = canonical_parts.application_id(row)
    feedback_id = feedback_id or derived_id(entity, interview or submitted.text, interviewer)
    data: Part = {
        **parts,
        "feedback_id": feedback_id,
        "interview_id": interview,
        "interviewer_id": interviewer,
        "decision": None if decision is None else int(decision),
        "due_at": due,
        "submitted_at": None if submitted.is_date_only else submitted,
    }
    fact = Fact(
        type="feedback.submitted", when=submitted, entity=entity, discriminators=(feedback_id,)
    )
    return to_events(row, "feedback", fact, data)


def offer_events(row: RowReader) -> list[RowEvent]:
    """The events of one offer row: sent, and its answers."""
    parts, sent = canonical_parts.application_parts(row), row.instant("sent_at")
    amount, currency = row.money()
    entity = canonical_parts.application_id(row)
    answers = _answers(row)
    data: Part = {
        **parts,
        "offer_id": row.id("offer_id") or entity or None,
        "version": row.integer("version"),
        "amount": amount,
        "currency": currency,
        "start_date": row.day("start_date"),
        "decline_reason": canonical_parts.reason(row),
    }
    if sent is None and not answers and not row.problems:
        row.refuse("sent_at", "no_dates", "the dates of the offer")
    for answer, when in answers:
        if sent is not None and when.day < sent.day:
            row.refuse(f"{answer}_at", "dates_out_of_order", f"{answer}_at|sent_at")
    if row.problems:
        return []
    dated_steps = ([("sent", sent)] if sent is not None else []) + answers
    events: list[RowEvent] = []
    for name, when in dated_steps:
        key = str(data["offer_id"])
        fact = Fact(type=f"offer.{name}", when=when, entity=entity, discriminators=(key,))
        events += to_events(row, "offers", fact, data)
    return events


def _answers(row: RowReader) -> list[tuple[str, TableInstant]]:
    """The answers and their dates, from one column per answer or from an answer column and a date column."""
    columns = [(answer, row.instant(name)) for name, answer in ANSWER_BY_DATE.items()]
    answers = [(answer, when) for answer, when in columns if when is not None]
    answer_value, answered_at = row.choice("answer"), row.instant("answered_at")
    if answer_value is not None and answered_at is not None:
        answers.append((answer_value, answered_at))
    elif answer_value is not None and answer_value not in dict(answers):
        row.refuse("answer", "no_date_of", f"{answer_value}|answered_at")
    elif answered_at is not None and answer_value is None and not answers and not row.has("answer"):
        row.refuse("answer", "empty")
    return list(dict(answers).items())
