"""What reading a file gives, row by row, and the watch that no two rows contradict each other."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from schemas.errors import Malformed
from streams.tools.importing.events import RowEvent
from streams.tools.importing.refusals import RowProblem, problem


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One row: what it tells, or why it is refused, or why it tells nothing (`ignored`); `repeated` counts doublets."""

    line: int
    told: tuple[RowEvent, ...] = ()
    problems: tuple[RowProblem, ...] = ()
    ignored: str = ""
    repeated: int = 0


def consistent(readings: Iterable[Reading]) -> Iterator[Reading]:
    """The same without events that a row before told already; a row that tells one of them otherwise is refused."""
    seen: dict[str, tuple[int, int]] = {}
    for reading in readings:
        if reading.problems:
            yield replace(reading, told=())
            continue
        known = [(told, seen.get(told.id)) for told in reading.told]
        clash = next(
            (at for told, at in known if at is not None and at[1] != hash(told.data)), None
        )
        if clash is not None:
            why = problem(reading.line, "row", Malformed("conflict", str(clash[0])))
            yield replace(reading, told=(), problems=(why,))
            continue
        fresh = tuple(told for told, at in known if at is None)
        seen |= {told.id: (told.line, hash(told.data)) for told in fresh}
        yield replace(reading, told=fresh, repeated=len(reading.told) - len(fresh))
