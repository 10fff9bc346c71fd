"""Convert rows of applications, stage history and hires to events."""

from streams.tools.importing import canonical_parts
from streams.tools.importing.canonical_parts import Part
from streams.tools.importing.dates import TableInstant
from streams.tools.importing.events import Fact, RowEvent, to_events
from streams.tools.importing.row import RowReader

END_TYPE_BY_PARTY = {
    "company": "application.rejected",
    "candidate": "application.withdrawn",
    "neither": "application.closed",
}
HIRED, ACTIVE = "hired", "active"
OUTCOMES = (*END_TYPE_BY_PARTY, HIRED, ACTIVE)
# One date column per outcome, for tables without an outcome column.
PARTY_BY_END_DATE = {"rejected_at": "company", "withdrawn_at": "candidate", "closed_at": "neither"}


def application_events(row: RowReader) -> list[RowEvent]:
    """The events of one application row: application, current stage and outcome."""
    row.require("applied_at")
    parts, applied = canonical_parts.application_parts(row), row.instant("applied_at")
    stage, stage_entered = canonical_parts.stage(row), row.instant("stage_at")
    party, ended, hired = _outcome(row)
    reason, start = canonical_parts.reason(row), row.day("start_date")
    if ended is not None and party is None and reason is None:
        row.refuse("ended_at", "unknown_end_party")
    _check_order(row, applied, stage_entered, ended, hired)
    if row.problems or applied is None:
        return []
    application = {**_as_part(parts["application"]), "applied_at": applied}
    parts = {**parts, "application": application}
    kind, entity = "applications", canonical_parts.application_id(row)
    events = to_events(
        row, kind, Fact(type="application.created", when=applied, entity=entity), parts
    )
    if stage is not None and (stage_entered is not None or (ended is None and hired is None)):
        events += _stage_change(
            row, parts, stage, stage_entered or applied, is_estimated=stage_entered is None
        )
    if ended is not None:
        data = {**parts, "stage": stage, "reason": reason, "party": party or "unknown"}
        name = END_TYPE_BY_PARTY.get(party or "company", "application.rejected")
        events += to_events(row, kind, Fact(type=name, when=ended, entity=entity), data)
    if hired is not None:
        fact = Fact(type="application.hired", when=hired, entity=entity)
        events += to_events(row, kind, fact, {**parts, "stage": stage, "start_date": start})
    return events


def _stage_change(
    row: RowReader, parts: Part, stage: Part, when: TableInstant, *, is_estimated: bool
) -> list[RowEvent]:
    """A move to the current stage, dated at the application itself if the row has no date for it (`is_estimated`)."""
    entity, name = canonical_parts.application_id(row), str(stage.get("name") or stage["id"])
    fact = Fact(
        type="application.stage_changed",
        when=when,
        entity=entity,
        discriminators=(name,),
        is_estimated=is_estimated,
    )
    return to_events(row, "applications", fact, {**parts, "to_stage": stage})


def _outcome(row: RowReader) -> tuple[str | None, TableInstant | None, TableInstant | None]:
    """Ending party, end and hire date, each None if absent; record a problem where outcome and dates disagree."""
    outcome, ended, hired = row.choice("outcome"), row.instant("ended_at"), row.instant("hired_at")
    dates_by_party = [(party, row.instant(name)) for name, party in PARTY_BY_END_DATE.items()]
    ended_dates = [(party, when) for party, when in dates_by_party if when is not None]
    if outcome == ACTIVE:
        return None, None, None
    if outcome == HIRED:
        if hired is None and ended is None:
            row.refuse("outcome", "no_date_of", "hired|hired_at")
        return None, None, hired or ended
    if ended_dates:
        party, ended = max(ended_dates, key=lambda ending: ending[1].at)
        outcome = outcome or party
    if outcome is not None and ended is None:
        row.refuse("outcome", "no_date_of", f"{outcome}|ended_at")
    if ended is not None and hired is not None and ended.at == hired.at:
        row.refuse("ended_at", "both_ended")
    return outcome, ended, hired


def _check_order(row: RowReader, applied: TableInstant | None, *later: TableInstant | None) -> None:
    """Refuse dates before the application; compare days only if one of the two has no time."""
    names = ("stage_at", "ended_at", "hired_at")
    for name, when in zip(names, later, strict=True):
        if applied is None or when is None:
            continue
        exact = not (applied.is_date_only or when.is_date_only)
        if when.at < applied.at if exact else when.day < applied.day:
            row.refuse(name, "dates_out_of_order", f"{name}|applied_at")


def stage_change_events(row: RowReader) -> list[RowEvent]:
    """The event of one stage history row: a move to another stage."""
    row.require("entered_at")
    parts, stage = canonical_parts.application_parts(row), canonical_parts.stage(row)
    entered, left = row.instant("entered_at"), row.instant("left_at")
    before = canonical_parts.stage(row, "from_stage")
    if stage is None and not row.problems:
        row.refuse("stage", "empty")
    if row.problems or stage is None or entered is None:
        return []
    name = str(stage.get("name") or stage["id"])
    data: Part = {**parts, "to_stage": stage, "left_at": left}
    if before is not None:
        data |= {"from_stage": before, "from_known": "payload"}
    fact = Fact(
        type="application.stage_changed",
        when=entered,
        entity=canonical_parts.application_id(row),
        discriminators=(name,),
    )
    return to_events(row, "stage_history", fact, data)


def hire_events(row: RowReader) -> list[RowEvent]:
    """The event of one 採用決定 row."""
    row.require("hired_at")
    parts, hired = canonical_parts.application_parts(row), row.instant("hired_at")
    data = {**parts, "offer_id": row.id("offer_id"), "start_date": row.day("start_date")}
    if row.problems or hired is None:
        return []
    fact = Fact(type="application.hired", when=hired, entity=canonical_parts.application_id(row))
    return to_events(row, "hires", fact, data)


def _as_part(part: object) -> Part:
    return part if isinstance(part, dict) else {}
