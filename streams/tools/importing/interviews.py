"""Convert rows of interviews, scorecards and offers to events."""

from dataclasses import dataclass
from itertools import pairwise

from schemas.tenants.milestones import INTERVIEWS
from streams.tools.importing import canonical_parts
from streams.tools.importing.applications import check_order
from streams.tools.importing.canonical_parts import Part
from streams.tools.importing.dates import TableInstant
from streams.tools.importing.events import Fact, RowEvent, derived_id, to_events
from streams.tools.importing.row import RowReader
from streams.tools.importing.stages import stage_milestone

STATUSES = ("scheduled", "completed", "cancelled", "no_show")
DECISIONS = ("-2", "-1", "0", "1", "2")
ANSWERS = ("accepted", "declined", "expired", "revoked")
OPEN = "open"  # an offer without an answer
KIND = "interviews"
ANSWER_BY_DATE = {f"{answer}_at": answer for answer in ANSWERS}


def interview_events(row: RowReader) -> list[RowEvent]:
    """The events of one interview row: scheduled, and then its outcome."""
    row.require("start")
    parts = canonical_parts.application_parts(row)
    start, end = row.instant("start"), row.instant("end")
    scheduled, cancelled = row.instant("scheduled_at"), row.instant("cancelled_at")
    status = row.choice("status") or ("cancelled" if cancelled else "scheduled")
    panel, number, kind = (
        canonical_parts.panel(row),
        row.integer("round"),
        row.text("interview_kind"),
    )
    details = {"kind": kind, "mode": row.text("mode"), "round": number, "stage": _stage(kind)}
    interview_id = row.id("interview_id")
    check_order(row, ("start", start), ("end", end))
    if row.is_refused or start is None:
        return []
    entity = canonical_parts.application_id(row)
    slot = f"interview:{interview_id or kind or number or ''}"
    people = () if interview_id else tuple(str(person["user_id"]) for person in panel)
    key = interview_id or derived_id(entity, start.text, kind or "", str(number or ""), *people)
    span = {} if start.is_date_only else {"start": start, "end": end}
    data: Part = {**parts, **details, **span, "interview_id": key, "interviewers": panel}
    return [
        event
        for fact in _interview_facts(row, slot, start, scheduled, status)
        for event in to_events(row, KIND, fact, data)
    ]


def _interview_facts(
    row: RowReader, slot: str, start: TableInstant, scheduled: TableInstant | None, status: str
) -> list[Fact]:
    """That the interview was scheduled, and what became of it."""
    entity, is_single = canonical_parts.application_id(row), row.has("interview_id")
    fact = Fact(
        type="interview.scheduled",
        when=scheduled or start,
        entity=entity,
        slot=f"{slot}:scheduled",
        single=is_single,
        estimated=scheduled is None,
    )
    end, cancelled = row.instant("end"), row.instant("cancelled_at")
    outcomes = {"completed": end or start, "cancelled": cancelled or start, "no_show": start}
    if status not in outcomes:
        return [fact]
    outcome = Fact(
        type=f"interview.{status}",
        when=outcomes[status],
        entity=entity,
        slot=f"{slot}:outcome",
        single=is_single,
        estimated=status == "cancelled" and cancelled is None,
    )
    return [fact, outcome]


def _stage(kind: str | None) -> Part | None:
    """The stage that a kind of interview such as 一次面接 names."""
    if kind is None or stage_milestone(kind) not in {*INTERVIEWS, "casual"}:
        return None
    return {"id": kind[:100], "name": kind}


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
    if row.is_refused or submitted is None or interviewer is None:
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
        type="feedback.submitted", when=submitted, entity=entity, slot=f"feedback:{feedback_id}"
    )
    return to_events(row, "feedback", fact, data)


def offer_events(row: RowReader) -> list[RowEvent]:
    """The events of one offer row: sent, and its answers."""
    parts, sent = canonical_parts.application_parts(row), row.instant("sent_at")
    amount, currency = canonical_parts.yearly_money(row)
    entity = canonical_parts.application_id(row)
    answers = _answers(row, sent)
    data: Part = {
        **parts,
        "offer_id": row.id("offer_id") or entity or None,
        "version": row.integer("version"),
        "amount": amount,
        "currency": currency,
        "start_date": row.day("start_date"),
        "decline_reason": canonical_parts.reason(row),
    }
    if sent is None and not answers and not row.is_refused:
        row.refuse("sent_at", "no_dates", "the dates of the offer")
    for answer in answers if not row.is_refused else ():
        check_order(row, ("sent_at", sent), (answer.name, answer.when))
    check_order(row, ("sent_at", sent), ("start_date", row.instant("start_date")))
    if row.is_refused:
        return []
    facts = _offer_facts(entity, f"offer:{data['offer_id']}", sent, answers)
    return [event for fact in facts for event in to_events(row, "offers", fact, data)]


def _offer_facts(
    entity: str, offer: str, sent: TableInstant | None, answers: "list[OfferAnswer]"
) -> list[Fact]:
    facts = (
        [Fact(type="offer.sent", when=sent, entity=entity, slot=f"{offer}:sent")] if sent else []
    )
    for number, answer in enumerate(answers, start=1):
        # An answer that was taken back is followed by another one, which is a fact of its own.
        slot = f"{offer}:answer" if number == 1 else f"{offer}:answer:{number}"
        facts.append(
            Fact(
                type=f"offer.{answer.kind}",
                when=answer.when,
                entity=entity,
                slot=slot,
                undated=answer.undated,
            )
        )
    return facts


@dataclass(frozen=True, kw_only=True)
class OfferAnswer:
    """An answer to an offer; `undated` if the row says no day, so that `when` is that of the offer."""

    kind: str
    when: TableInstant
    name: str
    undated: bool = False


def _answers(row: RowReader, sent: TableInstant | None) -> list[OfferAnswer]:
    """The answers, from one column per answer or from an answer column and a date column."""
    columns = [(answer, row.instant(name), name) for name, answer in ANSWER_BY_DATE.items()]
    answers = [
        OfferAnswer(kind=answer, when=when, name=name)
        for answer, when, name in columns
        if when is not None
    ]
    kind, answered = row.choice("answer"), row.instant("answered_at")
    if kind == OPEN:
        if answered is not None:
            row.note("answer", "no_answer", row.cells["answer"].strip())
        return answers
    if kind is not None and answered is not None:
        answers.append(OfferAnswer(kind=kind, when=answered, name="answered_at"))
    elif kind is not None and kind not in {answer.kind for answer in answers}:
        if sent is None:
            row.refuse("answer", "no_date_of", f"{kind}|{row.header('answered_at')}")
            return answers
        row.note("answer", "undated_answer", f"{kind}|{row.header('answered_at')}")
        answers.append(OfferAnswer(kind=kind, when=sent, name="answered_at", undated=True))
    elif answered is not None and kind is None and not answers and not row.has("answer"):
        row.refuse("answer", "empty")
    return _in_turn(row, list({answer.kind: answer for answer in answers}.values()))


def _in_turn(row: RowReader, answers: list[OfferAnswer]) -> list[OfferAnswer]:
    """The answers in the order in which they were given; refuse the row if two were given on one day."""
    ordered = sorted(answers, key=lambda answer: answer.when.at)
    for first, then in pairwise(ordered):
        if first.when.day == then.when.day:
            row.refuse(
                then.name, "two_answers", f"{row.header(first.name)}|{row.header(then.name)}"
            )
    return ordered
