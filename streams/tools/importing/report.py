"""Count what an import would send or has sent, and write the problems as CSV."""

import csv
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from schemas.instants import milliseconds
from schemas.text.spreadsheet import quote_formula
from streams.tools.importing.consequences import Consequences
from streams.tools.importing.readings import Reading
from streams.tools.importing.refusals import RowProblem
from streams.tools.importing.settling.changes import Changes
from streams.tools.importing.settling.settle import Settled

MAX_KEPT_PROBLEMS = 100_000  # beyond it problems are counted and not listed
MAX_KEPT_CORRECTIONS = 1_000


@dataclass
class ImportReport:
    """Counts over the rows of all files and the entities that they tell of."""

    rows: Counter[int] = field(default_factory=Counter)
    refused_rows: set[tuple[int, int]] = field(default_factory=set)
    duplicates: int = 0
    assumed: int = 0
    undated: int = 0
    types: Counter[str] = field(default_factory=Counter)
    ignored: Counter[str] = field(default_factory=Counter)
    problems: list[RowProblem] = field(default_factory=list)
    unlisted: int = 0
    first: datetime | None = None
    last: datetime | None = None
    consequences: Consequences = field(default_factory=Consequences)
    orphans: list[str] = field(default_factory=list)
    changes: Changes = field(default_factory=Changes)
    corrected: int = 0
    to_send: int = 0

    @property
    def events(self) -> int:
        """Number of events in the valid rows."""
        return self.types.total()

    @property
    def last_ms(self) -> int:
        """The instant of the last event in milliseconds since 1970 UTC, 0 if there is none."""
        return 0 if self.last is None else milliseconds(self.last)

    @property
    def refused(self) -> int:
        """Number of refused rows."""
        return len(self.refused_rows)

    def add_row(self, reading: Reading) -> None:
        """Count one row."""
        self.rows[reading.file] += 1
        self._add_problems(reading.problems)
        if reading.ignored and not reading.is_refused:
            self.ignored[reading.ignored] += 1

    def add_entity(self, settled: Settled, changes: Changes, *, is_orphan: bool) -> None:
        """Count one entity and what changes of it."""
        self._add_problems(settled.problems)
        self.duplicates += settled.duplicates
        for event in settled.events:
            self.types[event.type] += 1
            self.assumed += event.assumed
            self.undated += event.fact.undated
            self.first = event.at if self.first is None else min(self.first, event.at)
            self.last = event.at if self.last is None else max(self.last, event.at)
        self.consequences.add(settled)
        if is_orphan:
            self.orphans.append(settled.entity)
        self.to_send += len(changes.events)
        self.changes.unchanged += changes.unchanged
        self.changes.details += changes.details
        self.corrected += len(changes.corrections)
        space = MAX_KEPT_CORRECTIONS - len(self.changes.corrections)
        self.changes.corrections += changes.corrections[: max(0, space)]

    def _add_problems(self, problems: tuple[RowProblem, ...]) -> None:
        for problem in problems:
            if problem.refuses:
                self.refused_rows.add((problem.file, problem.line))
            if len(self.problems) < MAX_KEPT_PROBLEMS:
                self.problems.append(problem)
            else:
                self.unlisted += 1


def write_csv(
    report: ImportReport, files: tuple[str, ...], path: Path, language: str = "en"
) -> None:
    """Write every problem as CSV, with a byte order mark so that spreadsheets read Japanese."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("file", "line", "refused", "column", "what is wrong", "what to do"))
        for problem in report.problems:
            cells = (problem.column, *problem.texts(language))
            name, refused = files[problem.file], "yes" if problem.refuses else "no"
            row = (name, problem.line, refused, *map(_escape_formula, cells))
            writer.writerow(row)


def _escape_formula(text: str) -> str:
    return quote_formula(text)
