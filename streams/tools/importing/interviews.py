"""Rows about interviews, scorecards and offers."""

from streams.tools.importing import canonical_parts
from streams.tools.importing.canonical_parts import Part
from streams.tools.importing.dates import TableInstant
from streams.tools.importing.events import Fact, RowEvent, derived, tell
from streams.tools.importing.row import RowReader

STATUSES = ("scheduled", "completed", "cancelled", "no_show")
DECISIONS = ("-2", "-1", "0", "1", "2")
ANSWERS = ("accepted", "declined", "expired", "revoked")
ANSWERED_AT = {f"{answer}_at": answer for answer in ANSWERS}


def interviews(row: RowReader) -> list[RowEvent]:
    """One row tells one interview: that it was arranged, and what became of it."""
    row.need("start")
    about, start, end = canonical_parts.about(row), row.when("start"), row.when("end")
    scheduled, cancelled = row.when("scheduled_at"), row.when("cancelled_at")
    status = row.word("status") or ("cancelled" if cancelled else "scheduled")
    panel, number = canonical_parts.panel(row), row.whole("round")
    more = {"kind": row.text("interview_kind"), "mode": row.text("mode"), "round": number}
    key = row.id("interview_id")
    if row.problems or start is None:
        return []
    entity = canonical_parts.application_of(row)
    key = key or derived(entity, start.text, *(str(each["user_id"]) for each in panel))
    span = {} if start.dated else {"start": start, "end": end}
    data: Part = {**about, **more, **span, "interview_id": key, "interviewers": panel}
    told = _tell(row, data, "scheduled", scheduled or start, guessed=scheduled is None)
    if status == "completed":
        told += _tell(row, data, status, end or start)
    elif status == "cancelled":
        told += _tell(row, data, status, cancelled or start, guessed=cancelled is None)
    elif status == "no_show":
        told += _tell(row, data, status, start)
    return told


def _tell(
    row: RowReader, data: Part, status: str, when: TableInstant, *, guessed: bool = False
) -> list[RowEvent]:
    """What became of the interview; `guessed` where its own day stands for one that the row does not have."""
    entity, key = canonical_parts.application_of(row), str(data["interview_id"])
    fact = Fact(type=f"interview.{status}", when=when, entity=entity, more=(key,), guessed=guessed)
    return tell(row, "interviews", fact, data)


def feedback(row: RowReader) -> list[RowEvent]:
    """One row tells one scorecard that was handed in."""
    row.need("interviewer_id")
    row.need("submitted_at")
    about, submitted, due = canonical_parts.about(row), row.when("submitted_at"), row.when("due_at")
    person, interview = row.id("interviewer_id"), row.id("interview_id")
    decision, key = row.word("decision"), row.id("feedback_id")
    if row.problems or submitted is None or person is None:
        return []
    entity = canonical_parts.application_of(row)
    key = key or derived(entity, interview or submitted.text, person)
    data: Part = {
        **about,
        "feedback_id": key,
        "interview_id": interview,
        "interviewer_id": person,
        "decision": None if decision is None else int(decision),
        "due_at": due,
        "submitted_at": None if submitted.dated else submitted,
    }
    fact = Fact(type="feedback.submitted", when=submitted, entity=entity, more=(key,))
    return tell(row, "feedback", fact, data)


def offers(row: RowReader) -> list[RowEvent]:
    """One row tells one offer: when it was made, and the answers to it."""
    about, sent = canonical_parts.about(row), row.when("sent_at")
    amount, unit = row.money()
    entity = canonical_parts.application_of(row)
    answers = _answers(row)
    data: Part = {
        **about,
        "offer_id": row.id("offer_id") or entity or None,
        "version": row.whole("version"),
        "amount": amount,
        "currency": unit,
        "start_date": row.day("start_date"),
        "decline_reason": canonical_parts.reason(row),
    }
    if sent is None and not answers and not row.problems:
        row.refuse("sent_at", "nothing_told", "the dates of the offer")
    for answer, when in answers:
        if sent is not None and when.day < sent.day:
            row.refuse(f"{answer}_at", "backwards", f"{answer}_at|sent_at")
    if row.problems:
        return []
    steps = ([("sent", sent)] if sent is not None else []) + answers
    told: list[RowEvent] = []
    for name, when in steps:
        key = str(data["offer_id"])
        fact = Fact(type=f"offer.{name}", when=when, entity=entity, more=(key,))
        told += tell(row, "offers", fact, data)
    return told


def _answers(row: RowReader) -> list[tuple[str, TableInstant]]:
    """What was answered and when, from a column for each answer, or from one of answers and one of dates."""
    columns = [(answer, row.when(name)) for name, answer in ANSWERED_AT.items()]
    found = [(answer, when) for answer, when in columns if when is not None]
    word, at = row.word("answer"), row.when("answered_at")
    if word is not None and at is not None:
        found.append((word, at))
    elif word is not None and word not in dict(found):
        row.refuse("answer", "no_date_of", f"{word}|answered_at")
    elif at is not None and word is None and not found and not row.has("answer"):
        row.refuse("answer", "empty")
    return list(dict(found).items())
