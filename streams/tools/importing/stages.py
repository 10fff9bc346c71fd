"""Convert rows of stage histories to events; a stage that is an ending ends the application."""

from functools import lru_cache

from schemas.tenants.milestones import lookup_milestone, normalize_name
from streams.tools.importing import canonical_parts
from streams.tools.importing.canonical_parts import Part
from streams.tools.importing.dates import TableInstant
from streams.tools.importing.endings import HIRED, TYPE_BY_PARTY, guessed_party, is_ending
from streams.tools.importing.events import Fact, RowEvent, to_events
from streams.tools.importing.row import RowReader

KIND = "stage_history"
RESULTS = ("passed", "failed", "withdrew", "pending")  # of one step of the process
PARTY_BY_RESULT = {"failed": "company", "withdrew": "candidate"}


@lru_cache(maxsize=1 << 10)
def stage_milestone(name: str) -> str:
    """The milestone that the name of a stage states."""
    return lookup_milestone(name, None)


def stage_move(row: RowReader, kind: str, parts: Part, stage: Part, fact: Fact) -> list[RowEvent]:
    """A move to a stage."""
    return to_events(row, kind, fact, {**parts, "to_stage": stage})


def stage_change_events(row: RowReader) -> list[RowEvent]:
    """The events of one stage history row: a move to another stage, an ending, or the application itself."""
    row.require("entered_at")
    parts, stage = canonical_parts.application_parts(row), canonical_parts.stage(row)
    entered = row.instant("entered_at")
    if stage is None and not row.is_refused:
        row.refuse("stage", "empty")
    if row.is_refused or stage is None or entered is None:
        return []
    name = str(stage.get("name") or stage["id"])
    entity = canonical_parts.application_id(row)
    party = ending_party(row, name)
    if row.is_refused:
        return []
    if party is not None:
        return _ending(row, party, _ending_fact(party, entity, entered), parts)
    if stage_milestone(name) == "applied":
        application = {**_as_part(parts["application"]), "applied_at": entered.at}
        created = Fact(type="application.created", when=entered, entity=entity, slot="created")
        return to_events(row, KIND, created, {**parts, "application": application, "stage": stage})
    events = _move_events(row, stage, entered, parts)
    result = row.choice("result")
    if result in PARTY_BY_RESULT:
        party = PARTY_BY_RESULT[str(result)]
        left = row.instant("left_at")
        events += _ending(row, party, _ending_fact(party, entity, left or entered), parts)
    return [] if row.is_refused else events


def _move_events(row: RowReader, stage: Part, entered: TableInstant, parts: Part) -> list[RowEvent]:
    data: Part = {**parts, "to_stage": stage, "left_at": row.instant("left_at")}
    before = canonical_parts.stage(row, "from_stage")
    if before is not None:
        data |= {"from_stage": before, "from_known": "payload"}
    fact = Fact(
        type="application.stage_changed",
        when=entered,
        entity=canonical_parts.application_id(row),
        slot=f"stage:{stage.get('name') or stage['id']}",
        single=False,
    )
    return to_events(row, KIND, fact, data)


def _ending_fact(party: str, entity: str, when: TableInstant) -> Fact:
    is_hire = party == HIRED
    return Fact(
        type="application.hired" if is_hire else TYPE_BY_PARTY[party],
        when=when,
        entity=entity,
        slot="hire" if is_hire else "ending",
        single=False,
    )


def _ending(row: RowReader, party: str, fact: Fact, parts: Part) -> list[RowEvent]:
    data = {} if party == HIRED else {"party": party, "reason": canonical_parts.reason(row)}
    return to_events(row, KIND, fact, {**parts, **data})


def ending_party(row: RowReader, name: str) -> str | None:
    """Who ends an application in the stage, None if it is no ending; refuse the row if nobody can tell."""
    normalized = normalize_name(name)
    party = row.layout.endings.get(normalized) or guessed_party(normalized)
    if party is None and is_ending(normalized):
        row.refuse("stage", "stage_is_ending", f"“{name}”")
    return party


def _as_part(part: object) -> Part:
    return part if isinstance(part, dict) else {}
