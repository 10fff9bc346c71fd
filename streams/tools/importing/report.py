"""Report what an import would send or has sent: on screen, and the refused rows as CSV."""

import csv
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from rich.console import Console

from streams.tools.importing import dictionary
from streams.tools.importing.readings import Reading
from streams.tools.importing.refusals import RowProblem
from streams.tools.importing.sender import SendResult
from streams.tools.importing.source import ImportSource
from streams.tools.tables import Column, TextTable, print_table

MAX_SHOWN_PROBLEMS = 20
FORMULA_PREFIXES = (
    "=",
    "+",
    "-",
    "@",
    "\t",
)  # cells that a spreadsheet would evaluate as a formula


@dataclass
class ImportReport:
    """Counts over the rows of a file."""

    rows: int = 0
    refused: int = 0
    duplicates: int = 0
    assumed: int = 0
    types: Counter[str] = field(default_factory=Counter)
    ignored: Counter[str] = field(default_factory=Counter)
    problems: list[RowProblem] = field(default_factory=list)
    first: datetime | None = None
    last: datetime | None = None

    @property
    def events(self) -> int:
        """Number of events in the valid rows."""
        return self.types.total()

    def add(self, reading: Reading) -> None:
        """Count one row."""
        self.rows += 1
        self.refused += bool(reading.problems)
        self.duplicates += reading.duplicates
        self.problems += reading.problems
        if reading.ignored and not reading.problems:
            self.ignored[reading.ignored] += 1
        for event in reading.events:
            self.types[event.type] += 1
            self.assumed += event.assumed
            self.first = event.at if self.first is None else min(self.first, event.at)
            self.last = event.at if self.last is None else max(self.last, event.at)


def summarize(readings: Iterable[Reading]) -> ImportReport:
    """The report of all readings."""
    report = ImportReport()
    for reading in readings:
        report.add(reading)
    return report


def render(report: ImportReport, source: ImportSource, console: Console) -> None:
    """Print totals, events by type, and the first refused rows with what to do."""
    console.print(_totals(report, source), highlight=False, markup=False, soft_wrap=True)
    if report.types:
        counts = [(name, f"{count:,}") for name, count in sorted(report.types.items())]
        columns = (Column(title="event"), Column(title="count", numeric=True))
        print_table(TextTable(columns=columns, rows=counts), console)
    for text in _notes(report, source):
        console.print(text, highlight=False, markup=False, soft_wrap=True)
    if report.problems:
        print_table(_refused_table(report), console)
        rest = len(report.problems) - MAX_SHOWN_PROBLEMS
        if rest > 0:
            more = f"… and {rest:,} more; write all of them with --report FILE"
            console.print(more, highlight=False, markup=False, soft_wrap=True)


def _totals(report: ImportReport, source: ImportSource) -> str:
    period = ""
    if report.first is not None and report.last is not None:
        days = [instant.astimezone(source.zone).date() for instant in (report.first, report.last)]
        period = f", from {days[0]} to {days[1]} ({source.zone.key})"
    return (
        f"{source.path.name} ({source.kind}): {report.rows:,} rows read, "
        f"{report.rows - report.refused:,} valid, {report.refused:,} refused; "
        f"{report.events:,} events{period}"
    )


def _notes(report: ImportReport, source: ImportSource) -> list[str]:
    read = ", ".join(f"{header} as {name}" for name, header in source.columns.items())
    notes = [f"read: {read}; other columns are not read"] if read else []
    notes += [
        f"{header} looks like personal data, but the map sends it as {name}"
        for name, header in source.columns.items()
        if dictionary.is_personal(header)
    ]
    notes += [
        f"ignored, {count:,} rows: {reason}" for reason, count in sorted(report.ignored.items())
    ]
    if report.assumed:
        notes.append(
            f"{report.assumed:,} events have a date without a time, or the date of another event"
        )
    if report.duplicates:
        notes.append(
            f"{report.duplicates:,} events are in the file more than once and are sent once"
        )
    return notes


def _refused_table(report: ImportReport) -> TextTable:
    titles = ("line", "column", "what is wrong", "what to do")
    return TextTable(
        title="Refused",
        columns=[Column(title=title, prose=title.startswith("what")) for title in titles],
        rows=[
            (str(problem.line), problem.column, problem.message, problem.remedy)
            for problem in report.problems[:MAX_SHOWN_PROBLEMS]
        ],
    )


def write_csv(report: ImportReport, path: Path) -> None:
    """Write every problem as CSV, with a byte order mark so that spreadsheets read Japanese."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("line", "column", "what is wrong", "what to do"))
        for problem in report.problems:
            cells = (problem.column, problem.message, problem.remedy)
            writer.writerow((problem.line, *(_escape_formula(cell) for cell in cells)))


def _escape_formula(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA_PREFIXES) else text


def render_result(sent: SendResult, console: Console) -> None:
    """Print what became of the valid rows."""
    lines = [f"{sent.events:,} events accepted in {sent.batches:,} batches"]
    if sent.already_confirmed:
        lines.append(f"{sent.already_confirmed:,} events were already confirmed by an earlier run")
    if sent.retries:
        lines.append(f"{sent.retries:,} attempts failed and were retried")
    if sent.set_aside:
        lines.append(
            f"{sent.set_aside:,} events were quarantined by the gateway ({sent.quarantine_message}): see `hirelay dlq list`"
        )
    if sent.failure:
        lines.append(f"{sent.failure}; run the same command again to continue")
    console.print("\n".join(lines), highlight=False, markup=False, soft_wrap=True)
