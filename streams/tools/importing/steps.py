"""Read the steps of a wide table: one pair of columns per step, such as 一次面接実施日 and 一次面接判定結果.

A step begins on the day on which the one before was passed, the first one with the application. That is when a
selection board shows the candidate there, and it counts a pass on the day of the step that was passed.
"""

from dataclasses import dataclass, field

from schemas.tenants.milestones import INTERVIEWS, normalize_name
from streams.tools.importing import canonical_parts
from streams.tools.importing.canonical_parts import Part
from streams.tools.importing.dates import TableInstant
from streams.tools.importing.endings import RowEnding
from streams.tools.importing.events import Fact, RowEvent, to_events
from streams.tools.importing.row import RowReader, WideStep
from streams.tools.importing.stages import PARTY_BY_RESULT, stage_milestone, stage_move

MET = frozenset({*INTERVIEWS, "casual"})  # milestones at which people meet


@dataclass(frozen=True, kw_only=True)
class TakenStep:
    """A step that the application took: when it was held and decided, and its result."""

    step: WideStep
    held_at: TableInstant | None = None
    decided_at: TableInstant | None = None
    result: str | None = None

    @property
    def over_at(self) -> TableInstant | None:
        """When it was decided, else when it was held."""
        return self.decided_at or self.held_at


@dataclass(frozen=True, kw_only=True)
class WideRow:
    """The steps of one row in order, and the endings and dates (field, date) they tell."""

    taken: tuple[TakenStep, ...] = ()
    endings: tuple[RowEnding, ...] = ()
    dates: tuple[tuple[str, TableInstant], ...] = field(default=())

    def has_reached(self, name: str) -> bool:
        """Whether a step of that name was taken."""
        return any(normalize_name(step.step.stage) == normalize_name(name) for step in self.taken)

    @property
    def left_at(self) -> TableInstant | None:
        """When the last step was passed, if it was."""
        last = self.taken[-1] if self.taken else None
        return last.over_at if last is not None and last.result == "passed" else None


def read_steps(row: RowReader) -> WideRow:
    """The steps of the row; refuse it if one was taken after another was failed."""
    taken = [step for step in (_read(row, step) for step in row.layout.steps) if step]
    endings: list[RowEnding] = []
    dates: list[tuple[str, TableInstant]] = []
    _check_turns(row, taken)
    for number, step in enumerate(taken):
        key = step.step.key
        dates += [(f"{key}.held_at", step.held_at)] if step.held_at else []
        if step.result not in PARTY_BY_RESULT:
            continue
        if number + 1 < len(taken):
            detail = f"{taken[number + 1].step.stage} was taken after it"
            column = row.header(f"{key}.result")
            row.refuse(f"{key}.result", "contradiction", f"{column}|over|{detail}")
        party = PARTY_BY_RESULT[step.result or ""]
        if step.over_at is not None:
            name = f"{key}.result"
            endings.append(RowEnding(party=party, when=step.over_at, name=name, estimated=True))
    return WideRow(taken=tuple(taken), endings=tuple(endings), dates=tuple(dates))


def _check_turns(row: RowReader, taken: list[TakenStep]) -> None:
    """Refuse a step that is over before an earlier one was passed."""
    passed: tuple[str, TableInstant] | None = None
    for step in taken:
        stage, over_at = step.step.stage, step.over_at
        if over_at is None:
            continue
        if passed is not None and over_at.day < passed[1].day:
            columns = f"{stage} {over_at.day}|{passed[0]} {passed[1].day}"
            row.refuse(f"{step.step.key}.held_at", "out_of_turn", columns)
        if step.result == "passed":
            passed = stage, over_at


def _read(row: RowReader, step: WideStep) -> TakenStep | None:
    meeting_at, decided = row.instant(f"{step.key}.held_at"), row.instant(f"{step.key}.decided_at")
    result = row.choice(f"{step.key}.result", "result")
    if meeting_at is None and decided is None and result is None:
        return None
    return TakenStep(step=step, held_at=meeting_at, decided_at=decided, result=result)


def step_events(
    row: RowReader, kind: str, wide: WideRow, applied: TableInstant, parts: Part
) -> list[RowEvent]:
    """The moves to the steps, and the interviews that were held at them."""
    events: list[RowEvent] = []
    entered: TableInstant | None = applied
    entity = canonical_parts.application_id(row)
    for number, step in enumerate(wide.taken):
        name = step.step.stage
        stage: Part = {"id": name[:100], "name": name}
        fact = Fact(
            type="application.stage_changed",
            when=entered or step.over_at or applied,
            entity=entity,
            slot=f"stage:{name}",
            estimated=number == 0,
            undated=entered is None and step.over_at is None,
        )
        events += stage_move(row, kind, parts, stage, fact)
        events += _meeting(row, kind, step, {**parts, "stage": stage})
        entered = step.over_at if step.result == "passed" else None
    return events


def _meeting(row: RowReader, kind: str, step: TakenStep, parts: Part) -> list[RowEvent]:
    meeting_at, name = step.held_at, step.step.stage
    if meeting_at is None or stage_milestone(name) not in MET:
        return []
    entity = canonical_parts.application_id(row)
    status = "completed" if meeting_at.day <= row.layout.today else "scheduled"
    interview_id = f"{entity}/{name}"[:200]
    start = {} if meeting_at.is_date_only else {"start": meeting_at}
    panel = canonical_parts.panel(row, f"{step.step.key}.interviewers")
    fact = Fact(
        type=f"interview.{status}", when=meeting_at, entity=entity, slot=f"interview:{name}"
    )
    data = {**parts, **start, "interview_id": interview_id, "interviewers": panel}
    return to_events(row, kind, fact, data)
