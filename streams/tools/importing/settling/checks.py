"""Check all that the files of a run say of one application: duplicates, contradictions and impossible orders."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from schemas.errors import Malformed
from streams.tools.importing.events import RowEvent
from streams.tools.importing.refusals import RowProblem, row_problem
from streams.tools.importing.settling.day_order import CREATED, MOVED

Place = tuple[int, int]  # file and line
SINGLE_SLOTS = frozenset({"hire", "created"})  # of which an application has one across all files
# What must come first, and what then.
PAIRS = (
    ("application.hired", "employment.started"),
    ("employment.started", "employment.ended"),
)


@dataclass
class EntityChecks:
    """The problems of one entity by place, and the number of events told more than once."""

    files: tuple[str, ...]
    problems: list[RowProblem] = field(default_factory=list)
    duplicates: int = 0

    def refuse(self, event: RowEvent, column: str, reason: str, detail: str = "") -> None:
        """Refuse the row of the event."""
        condition = Malformed(reason, detail)
        self.problems.append(row_problem(event.line, column, condition, file=event.file))

    def note(self, event: RowEvent, column: str, reason: str, detail: str = "") -> None:
        """Say what a person should know about the row of the event."""
        condition = Malformed(reason, detail)
        self.problems.append(
            row_problem(event.line, column, condition, refuses=False, file=event.file)
        )

    @property
    def refused(self) -> set[Place]:
        """The rows that a problem refuses."""
        return {(problem.file, problem.line) for problem in self.problems if problem.refuses}

    def place(self, event: RowEvent, beside: RowEvent) -> str:
        """Where the event stands, for a message about another one: the file is named if it is another."""
        if event.file == beside.file:
            return f"line {event.line}"
        return f"line {event.line} of {self.files[event.file]}"


def distinct_events(events: Iterable[RowEvent], checks: EntityChecks) -> list[RowEvent]:
    """The events without repetitions; rows that say different things about the same fact are refused, all of them."""
    first_by_key: dict[tuple[str, ...], RowEvent] = {}
    distinct: list[RowEvent] = []
    for event in events:
        key = _key(event)
        first = first_by_key.setdefault(key, event)
        if first is event:
            distinct.append(event)
        elif _says(first) == _says(event):
            checks.duplicates += 1
        else:
            checks.refuse(first, "row", "conflict", checks.place(event, first))
            checks.refuse(event, "row", "conflict", checks.place(first, event))
    return distinct


def _key(event: RowEvent) -> tuple[str, ...]:
    """What the event is about: its slot, with the date if the slot may have several."""
    fact = event.fact
    if fact.single:
        return (event.kind, fact.slot)
    return (event.kind, fact.slot, fact.type, fact.when.text)


def _says(event: RowEvent) -> tuple[str, str, str]:
    return event.type, event.fact.when.text, event.data


def check_orders(events: list[RowEvent], checks: EntityChecks) -> None:
    """Refuse rows that cannot be true beside other rows."""
    _check_across_kinds(events, checks)
    created = _first(events, CREATED)
    if created is not None:
        for event in events:
            if (event.file, event.line) != (created.file, created.line):
                _check_pair(created, event, checks)
    for first_type, then_type in PAIRS:
        first, then = _first(events, first_type), _first(events, then_type)
        if first is not None and then is not None:
            _check_pair(first, then, checks)
    _check_offers(events, checks)


def _check_offers(events: list[RowEvent], checks: EntityChecks) -> None:
    for sent in (event for event in events if event.type == "offer.sent"):
        offer = sent.fact.slot.rpartition(":")[0]
        for event in events:
            if event.type.startswith("offer.") and event.fact.slot.startswith(f"{offer}:"):
                _check_pair(sent, event, checks)


def _first(events: Iterable[RowEvent], event_type: str) -> RowEvent | None:
    return next((event for event in events if event.type == event_type), None)


def _check_pair(first: RowEvent, then: RowEvent, checks: EntityChecks) -> None:
    """Refuse the later row if what it tells lies before what must come first; days decide where a time is missing."""
    if first is then or then.fact.undated:
        return
    before, after = first.fact.when, then.fact.when
    exact = not (before.is_date_only or after.is_date_only)
    if after.at < before.at if exact else after.day < before.day:
        detail = f"{then.type} {after.day}|{first.type} {before.day} ({checks.place(first, then)})"
        checks.refuse(then, "row", "dates_out_of_order", detail)


def _check_across_kinds(events: list[RowEvent], checks: EntityChecks) -> None:
    """Refuse a hire or an application that two kinds of files date differently."""
    for slot in SINGLE_SLOTS:
        dated = [event for event in events if event.fact.slot == slot and not event.fact.undated]
        by_kind = {event.kind: event for event in dated}
        if len(by_kind) < 2 or len({event.fact.when.day for event in by_kind.values()}) < 2:
            continue
        first, *others = by_kind.values()
        for event in others:
            if event.fact.when.day != first.fact.when.day:
                checks.refuse(event, "row", "conflict", checks.place(first, event))
                checks.refuse(first, "row", "conflict", checks.place(event, first))


def tells_of_application(events: Iterable[RowEvent]) -> bool:
    """Whether the events tell that there is an application, as hires, interviews, offers and scorecards do not."""
    return any(event.type in {CREATED, MOVED} for event in events)
