"""Convert rows of applications and hires to events."""

from schemas.tenants.milestones import UNMAPPED
from streams.tools.importing import canonical_parts
from streams.tools.importing.canonical_parts import Part
from streams.tools.importing.dates import TableInstant
from streams.tools.importing.endings import (
    ACTIVE,
    HIRED,
    TYPE_BY_PARTY,
    RowEnding,
    ending_of_stage,
    read_endings,
)
from streams.tools.importing.events import Fact, RowEvent, to_events
from streams.tools.importing.row import RowReader
from streams.tools.importing.stages import stage_milestone, stage_move
from streams.tools.importing.steps import WideRow, read_steps, step_events

KIND = "applications"
OFFER_DATES = ("offer_at", "offer_accepted_at", "offer_declined_at")


def application_events(row: RowReader) -> list[RowEvent]:
    """The events of one application row: application, steps, current stage, offer, endings and first day of work."""
    row.require("applied_at")
    parts, applied = canonical_parts.application_parts(row), row.instant("applied_at")
    wide = read_steps(row)
    endings = read_endings(row, wide.endings)
    _check_order(row, applied, wide, endings)
    if row.is_refused or applied is None:
        return []
    # Only the application itself tells its day, so that a corrected day corrects nothing else.
    application = {**_as_part(parts["application"]), "applied_at": applied.at}
    entity = canonical_parts.application_id(row)
    created = Fact(type="application.created", when=applied, entity=entity, slot="created")
    return [
        *to_events(row, KIND, created, {**parts, "application": application}),
        *step_events(row, KIND, wide, applied, parts),
        *_current_stage(row, wide, endings, applied, parts),
        *_offer_events(row, endings, parts),
        *_ending_events(row, endings, parts),
        *_join_events(row, endings),
    ]


def _current_stage(
    row: RowReader, wide: WideRow, endings: list[RowEnding], applied: TableInstant, parts: Part
) -> list[RowEvent]:
    """The move to the current stage: dated, else at a time that nobody knows, before the ending if there is one."""
    stage, entered = canonical_parts.stage(row) or _stage_of_outcome(row), row.instant("stage_at")
    if stage is None or ending_of_stage(row) is not None:
        return []
    name = str(stage.get("name") or stage["id"])
    if wide.has_reached(name):
        return []
    # Passing the last step is when the next one begins.
    when, is_undated = entered or wide.left_at, False
    if when is None:
        is_undated = stage_milestone(name) not in {"applied", "lead"}
        when = endings[0].when if is_undated and endings else applied
    fact = Fact(
        type="application.stage_changed",
        when=when,
        entity=canonical_parts.application_id(row),
        slot=f"stage:{name}",
        undated=is_undated,
    )
    return stage_move(row, KIND, parts, stage, fact)


def _stage_of_outcome(row: RowReader) -> Part | None:
    """The stage that an open outcome names, such as 内定 or 一次面接, in a table without a column of stages."""
    if not row.has("outcome") or row.choice("outcome") != ACTIVE:
        return None
    name = row.text("outcome") or ""
    is_stage = stage_milestone(name) not in {"applied", "lead", UNMAPPED}
    return {"id": name[:100], "name": name} if is_stage else None


def _offer_events(row: RowReader, endings: list[RowEnding], parts: Part) -> list[RowEvent]:
    """The offer and its answer; a hire accepts an offer, a withdrawal declines one, if the row does not say when."""
    sent, accepted, declined = (row.instant(name) for name in OFFER_DATES)
    if sent is None and accepted is None and declined is None:
        return []
    amount, currency = canonical_parts.yearly_money(row)
    entity = canonical_parts.application_id(row)
    data = {**parts, "offer_id": entity, "amount": amount, "currency": currency}
    steps = [("sent", sent, False), ("accepted", accepted, False), ("declined", declined, False)]
    last = endings[-1] if endings else None
    if last is not None and sent is not None and accepted is None and declined is None:
        answer = {HIRED: "accepted", "candidate": "declined"}.get(last.party)
        if answer is not None and last.when.at >= sent.at:
            steps.append((answer, last.when, answer == "accepted"))
    events: list[RowEvent] = []
    answers = 0
    for step, when, is_undated in sorted(steps, key=_offer_turn):
        if when is not None:
            answers += step != "sent"
            slot = "offer:sent" if step == "sent" else "offer:answer"
            slot += f":{answers}" if answers > 1 else ""
            fact = Fact(
                type=f"offer.{step}", when=when, entity=entity, slot=slot, undated=is_undated
            )
            events += to_events(row, KIND, fact, data)
    return events


def _offer_turn(step: tuple[str, TableInstant | None, bool]) -> tuple[bool, float]:
    """What sorts the offer before its answers, and these by their instants."""
    kind, when, _ = step
    return kind != "sent", 0.0 if when is None else when.at.timestamp()


def _ending_events(row: RowReader, endings: list[RowEnding], parts: Part) -> list[RowEvent]:
    entity, reason = canonical_parts.application_id(row), canonical_parts.reason(row)
    events: list[RowEvent] = []
    for ending in endings:
        is_hire = ending.party == HIRED
        start = row.day("start_date") if is_hire else None
        data = {"start_date": start} if is_hire else {"reason": reason, "party": ending.party}
        fact = Fact(
            type="application.hired"
            if is_hire
            else TYPE_BY_PARTY.get(ending.party, TYPE_BY_PARTY["company"]),
            when=ending.when,
            entity=entity,
            slot="hire" if is_hire else "ending",
            estimated=ending.estimated,
            undated=ending.undated,
        )
        events += to_events(row, KIND, fact, {**parts, **data})
    return events


def _join_events(row: RowReader, endings: list[RowEnding]) -> list[RowEvent]:
    """The first day of work of an application without a hire, which is no hire."""
    start = row.instant("start_date")
    if start is None or endings:
        return []
    row.note("start_date", "join_without_hire")
    entity = canonical_parts.application_id(row)
    fact = Fact(type="employment.started", when=start, entity=entity, slot="start")
    data = {"application_id": entity, "start": start.day.isoformat()}
    return to_events(row, KIND, fact, data)


def _check_order(
    row: RowReader, applied: TableInstant | None, wide: WideRow, endings: list[RowEnding]
) -> None:
    """Refuse dates in an order that cannot be; compare days only if one of the two has no time."""
    names = ("stage_at", *OFFER_DATES, "start_date")
    dated = [(name, row.instant(name)) for name in names]
    dated += [(ending.name, ending.when) for ending in endings] + list(wide.dates)
    for name, when in dated:
        check_order(row, ("applied_at", applied), (name, when))
    for name in OFFER_DATES[1:]:
        check_order(row, ("offer_at", row.instant("offer_at")), (name, row.instant(name)))
    hire = next((ending for ending in endings if ending.party == HIRED), None)
    start = ("start_date", row.instant("start_date"))
    if hire is not None:
        check_order(row, (hire.name, hire.when), start)
    check_order(row, ("offer_accepted_at", row.instant("offer_accepted_at")), start)


def check_order(
    row: RowReader, first: tuple[str, TableInstant | None], then: tuple[str, TableInstant | None]
) -> None:
    """Refuse the row if the second (field, date) comes before the first."""
    (first_name, before), (name, after) = first, then
    if before is None or after is None:
        return
    exact = not (before.is_date_only or after.is_date_only)
    if after.at < before.at if exact else after.day < before.day:
        columns = f"{row.header(name)} {after.day}|{row.header(first_name)} {before.day}"
        row.refuse(name, "dates_out_of_order", columns)


def hire_events(row: RowReader) -> list[RowEvent]:
    """The event of one 採用決定 row."""
    row.require("hired_at")
    parts, hired = canonical_parts.application_parts(row), row.instant("hired_at")
    data = {**parts, "offer_id": row.id("offer_id"), "start_date": row.day("start_date")}
    check_order(row, ("hired_at", hired), ("start_date", row.instant("start_date")))
    if row.is_refused or hired is None:
        return []
    entity = canonical_parts.application_id(row)
    fact = Fact(type="application.hired", when=hired, entity=entity, slot="hire")
    return to_events(row, "hires", fact, data)


def _as_part(part: object) -> Part:
    return part if isinstance(part, dict) else {}
