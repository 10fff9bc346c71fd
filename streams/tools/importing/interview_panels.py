"""Merge interviews that a table spreads over one row per 面接官."""

from collections.abc import Mapping

from streams.tools.importing.table import SourceTable

OTHERWISE = (
    "start",
    "start.time",
    "interview_kind",
    "round",
    "status",
)  # in tables without ids of interviews


def interviewers_by_interview(table: SourceTable, indexes: Mapping[str, int]) -> dict[str, str]:
    """All interviewers, as one cell, of each interview with several rows, by `interview_key`; empty without such a column.

    Without this the rows would conflict: they describe one interview with different people.
    """
    interviewers = indexes.get("interviewers")
    if interviewers is None:
        return {}
    cells_by_interview: dict[str, dict[str, None]] = {}
    for line in table.lines():
        if line.problem is not None or not (people := line.cells[interviewers].strip()):
            continue
        key = interview_key({name: line.cells[index] for name, index in indexes.items()})
        if key:
            cells_by_interview.setdefault(key, {})[people] = None
    return {key: ";".join(cells) for key, cells in cells_by_interview.items() if len(cells) > 1}


def interview_key(cells: Mapping[str, str]) -> str:
    """What identifies the interview of a row: its id, else the application, the start, the kind and the round; empty if
    neither is there.
    """
    if interview_id := cells.get("interview_id", "").strip():
        return interview_id
    parts = [cells.get(name, "").strip() for name in ("application_id", *OTHERWISE)]
    return "\x1f".join(parts) if parts[0] and parts[1] else ""
