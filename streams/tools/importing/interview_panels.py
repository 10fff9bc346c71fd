"""Interviews that a table spreads over several rows, one for each 面接官."""

from collections.abc import Mapping

from streams.tools.importing.table import SourceTable


def panels_of(table: SourceTable, places: Mapping[str, int]) -> dict[str, str]:
    """All interviewers of each interview that has several rows, as one cell; nothing where the table has no ids of interviews.

    Without this the rows would contradict each other: they tell one interview with different people.
    """
    key, people = places.get("interview_id"), places.get("interviewers")
    if key is None or people is None:
        return {}
    found: dict[str, list[str]] = {}
    for line in table.lines():
        if line.problem is None and line.cells[key].strip() and line.cells[people].strip():
            found.setdefault(line.cells[key].strip(), []).append(line.cells[people].strip())
    return {name: ";".join(cells) for name, cells in found.items() if len(cells) > 1}
