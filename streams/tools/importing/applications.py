"""Rows about an application as a whole: how it began, moved and ended."""

from streams.tools.importing import canonical_parts
from streams.tools.importing.canonical_parts import Part
from streams.tools.importing.dates import TableInstant
from streams.tools.importing.events import Fact, RowEvent, tell
from streams.tools.importing.row import RowReader

PARTIES = {
    "company": "application.rejected",
    "candidate": "application.withdrawn",
    "neither": "application.closed",
}
HIRED, ACTIVE = "hired", "active"
OUTCOMES = (*PARTIES, HIRED, ACTIVE)
# A column of its own for each ending, for tables that have no column of outcomes.
ENDED_AT = {"rejected_at": "company", "withdrawn_at": "candidate", "closed_at": "neither"}


def applications(row: RowReader) -> list[RowEvent]:
    """One row tells how an application began, where it stands and how it ended."""
    row.need("applied_at")
    about, applied = canonical_parts.about(row), row.when("applied_at")
    stage, moved = canonical_parts.stage(row), row.when("stage_at")
    party, ended, hired = _ending(row)
    reason, start = canonical_parts.reason(row), row.day("start_date")
    if ended is not None and party is None and reason is None:
        row.refuse("ended_at", "not_known_ending")
    _in_order(row, applied, moved, ended, hired)
    if row.problems or applied is None:
        return []
    application = {**_part(about["application"]), "applied_at": applied}
    about = {**about, "application": application}
    kind, entity = "applications", canonical_parts.application_of(row)
    told = tell(row, kind, Fact(type="application.created", when=applied, entity=entity), about)
    if stage is not None and (moved is not None or (ended is None and hired is None)):
        told += _move(row, about, stage, moved or applied, guessed=moved is None)
    if ended is not None:
        data = {**about, "stage": stage, "reason": reason, "party": party or "unknown"}
        name = PARTIES.get(party or "company", "application.rejected")
        told += tell(row, kind, Fact(type=name, when=ended, entity=entity), data)
    if hired is not None:
        fact = Fact(type="application.hired", when=hired, entity=entity)
        told += tell(row, kind, fact, {**about, "stage": stage, "start_date": start})
    return told


def _move(
    row: RowReader, about: Part, stage: Part, when: TableInstant, *, guessed: bool
) -> list[RowEvent]:
    """The stage it is in; without a date of that it stands there from the day of application."""
    entity, name = canonical_parts.application_of(row), str(stage.get("name") or stage["id"])
    fact = Fact(
        type="application.stage_changed", when=when, entity=entity, more=(name,), guessed=guessed
    )
    return tell(row, "applications", fact, {**about, "to_stage": stage})


def _ending(row: RowReader) -> tuple[str | None, TableInstant | None, TableInstant | None]:
    """Who ended it, when, and when it was hired, each None if it was not; noted where words and dates disagree."""
    outcome, ended, hired = row.word("outcome"), row.when("ended_at"), row.when("hired_at")
    columns = [(party, row.when(name)) for name, party in ENDED_AT.items()]
    told = [(party, when) for party, when in columns if when is not None]
    if outcome == ACTIVE:
        return None, None, None
    if outcome == HIRED:
        if hired is None and ended is None:
            row.refuse("outcome", "no_date_of", "hired|hired_at")
        return None, None, hired or ended
    if told:
        party, ended = max(told, key=lambda each: each[1].at)
        outcome = outcome or party
    if outcome is not None and ended is None:
        row.refuse("outcome", "no_date_of", f"{outcome}|ended_at")
    if ended is not None and hired is not None and ended.at == hired.at:
        row.refuse("ended_at", "both_ended")
    return outcome, ended, hired


def _in_order(row: RowReader, applied: TableInstant | None, *later: TableInstant | None) -> None:
    """Nothing happens before the application; only days can be compared when one of two has no time."""
    names = ("stage_at", "ended_at", "hired_at")
    for name, when in zip(names, later, strict=True):
        if applied is None or when is None:
            continue
        exact = not (applied.dated or when.dated)
        if when.at < applied.at if exact else when.day < applied.day:
            row.refuse(name, "backwards", f"{name}|applied_at")


def stage_history(row: RowReader) -> list[RowEvent]:
    """One row tells one move to another stage."""
    row.need("entered_at")
    about, stage = canonical_parts.about(row), canonical_parts.stage(row)
    entered, left = row.when("entered_at"), row.when("left_at")
    before = canonical_parts.stage(row, "from_stage")
    if stage is None and not row.problems:
        row.refuse("stage", "empty")
    if row.problems or stage is None or entered is None:
        return []
    name = str(stage.get("name") or stage["id"])
    data: Part = {**about, "to_stage": stage, "left_at": left}
    if before is not None:
        data |= {"from_stage": before, "from_known": "payload"}
    fact = Fact(
        type="application.stage_changed",
        when=entered,
        entity=canonical_parts.application_of(row),
        more=(name,),
    )
    return tell(row, "stage_history", fact, data)


def hires(row: RowReader) -> list[RowEvent]:
    """One row tells one 採用決定."""
    row.need("hired_at")
    about, hired = canonical_parts.about(row), row.when("hired_at")
    data = {**about, "offer_id": row.id("offer_id"), "start_date": row.day("start_date")}
    if row.problems or hired is None:
        return []
    fact = Fact(type="application.hired", when=hired, entity=canonical_parts.application_of(row))
    return tell(row, "hires", fact, data)


def _part(value: object) -> Part:
    return value if isinstance(value, dict) else {}
