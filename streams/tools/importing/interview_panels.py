"""Merge interviews that a table spreads over one row per 面接官."""

from collections.abc import Mapping

from streams.tools.importing.table import SourceTable


def interviewers_by_interview(table: SourceTable, indexes: Mapping[str, int]) -> dict[str, str]:
    """All interviewers, as one cell, of each interview with several rows; empty if the table has no interview ids.

    Without this the rows would conflict: they describe one interview with different people.
    """
    interview_id, interviewers = indexes.get("interview_id"), indexes.get("interviewers")
    if interview_id is None or interviewers is None:
        return {}
    cells_by_interview: dict[str, list[str]] = {}
    for line in table.lines():
        if (
            line.problem is None
            and line.cells[interview_id].strip()
            and line.cells[interviewers].strip()
        ):
            cells_by_interview.setdefault(line.cells[interview_id].strip(), []).append(
                line.cells[interviewers].strip()
            )
    return {name: ";".join(cells) for name, cells in cells_by_interview.items() if len(cells) > 1}
