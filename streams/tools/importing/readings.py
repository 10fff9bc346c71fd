"""The result of reading each row, and the check that no two rows conflict."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from schemas.errors import Malformed
from streams.tools.importing.events import RowEvent
from streams.tools.importing.refusals import RowProblem, row_problem


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One row: its events, the problems that refuse it, or why it is `ignored`; `duplicates` counts repeated events."""

    line: int
    events: tuple[RowEvent, ...] = ()
    problems: tuple[RowProblem, ...] = ()
    ignored: str = ""
    duplicates: int = 0


def deduplicate(readings: Iterable[Reading]) -> Iterator[Reading]:
    """The readings without events of earlier rows; a row that repeats an event with different data is refused."""
    seen: dict[str, tuple[int, int]] = {}
    for reading in readings:
        if reading.problems:
            yield replace(reading, events=())
            continue
        first_seen = [(event, seen.get(event.id)) for event in reading.events]
        conflict = next(
            (
                first
                for event, first in first_seen
                if first is not None and first[1] != hash(event.data)
            ),
            None,
        )
        if conflict is not None:
            duplicate_problem = row_problem(
                reading.line, "row", Malformed("conflict", str(conflict[0]))
            )
            yield replace(reading, events=(), problems=(duplicate_problem,))
            continue
        new_events = tuple(event for event, first in first_seen if first is None)
        seen |= {event.id: (event.line, hash(event.data)) for event in new_events}
        yield replace(reading, events=new_events, duplicates=len(reading.events) - len(new_events))
