"""What an import would send, or has sent: for a person on screen, and every refused row as CSV."""

import csv
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from streams.tools.importing import dictionary
from streams.tools.importing.readings import Reading
from streams.tools.importing.refusals import RowProblem
from streams.tools.importing.sender import SendResult
from streams.tools.importing.source import ImportSource

SHOWN = 20
FORMULA = ("=", "+", "-", "@", "\t")  # what a spreadsheet would calculate


@dataclass
class ImportReport:
    """What a file holds, counted row by row."""

    rows: int = 0
    refused: int = 0
    repeated: int = 0
    assumed: int = 0
    types: Counter[str] = field(default_factory=Counter)
    ignored: Counter[str] = field(default_factory=Counter)
    problems: list[RowProblem] = field(default_factory=list)
    first: datetime | None = None
    last: datetime | None = None

    @property
    def events(self) -> int:
        """How many events the sound rows tell."""
        return self.types.total()

    def take(self, reading: Reading) -> None:
        """Count one row."""
        self.rows += 1
        self.refused += bool(reading.problems)
        self.repeated += reading.repeated
        self.problems += reading.problems
        if reading.ignored and not reading.problems:
            self.ignored[reading.ignored] += 1
        for told in reading.told:
            self.types[told.type] += 1
            self.assumed += told.assumed
            self.first = told.at if self.first is None else min(self.first, told.at)
            self.last = told.at if self.last is None else max(self.last, told.at)


def report_of(readings: Iterable[Reading]) -> ImportReport:
    """The report of all of them."""
    report = ImportReport()
    for reading in readings:
        report.take(reading)
    return report


def render(report: ImportReport, source: ImportSource, console: Console) -> None:
    """Show it: totals, events by type, and the first refused rows with what to do."""
    console.print(_totals(report, source), highlight=False, markup=False, soft_wrap=True)
    if report.types:
        table = Table("event", "count")
        table.columns[1].justify = "right"
        for name, count in sorted(report.types.items()):
            table.add_row(name, f"{count:,}")
        console.print(table)
    for text in _notes(report, source):
        console.print(text, highlight=False, markup=False, soft_wrap=True)
    if report.problems:
        console.print(_refused(report))
        rest = len(report.problems) - SHOWN
        if rest > 0:
            more = f"… and {rest:,} more; write all of them with --report FILE"
            console.print(more, highlight=False, markup=False, soft_wrap=True)


def _totals(report: ImportReport, source: ImportSource) -> str:
    period = ""
    if report.first is not None and report.last is not None:
        days = [each.astimezone(source.zone).date() for each in (report.first, report.last)]
        period = f", from {days[0]} to {days[1]} ({source.zone.key})"
    return (
        f"{source.path.name} ({source.kind}): {report.rows:,} rows read, "
        f"{report.rows - report.refused:,} sound, {report.refused:,} refused; "
        f"{report.events:,} events{period}"
    )


def _notes(report: ImportReport, source: ImportSource) -> list[str]:
    read = ", ".join(f"{header} as {name}" for name, header in source.columns.items())
    notes = [f"read: {read}; no other column is"] if read else []
    notes += [
        f"{header} looks like a column about a person, and the map sends it as {name}"
        for name, header in source.columns.items()
        if dictionary.is_personal(header)
    ]
    notes += [f"ignored, {count:,} rows: {why}" for why, count in sorted(report.ignored.items())]
    if report.assumed:
        notes.append(f"{report.assumed:,} events have a day and no time, or the day of another")
    if report.repeated:
        notes.append(f"{report.repeated:,} events stand in the file twice and are sent once")
    return notes


def _refused(report: ImportReport) -> Table:
    table = Table("line", "column", "what is wrong", "what to do", title="Refused")
    for each in report.problems[:SHOWN]:
        table.add_row(str(each.line), _plain(each.column), _plain(each.wrong), _plain(each.remedy))
    return table


def _plain(text: str) -> str:
    return text.replace("[", r"\[")


def write(report: ImportReport, path: Path) -> None:
    """Every problem as CSV, with a byte order mark, so that spreadsheets read Japanese."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("line", "column", "what is wrong", "what to do"))
        for each in report.problems:
            cells = (each.column, each.wrong, each.remedy)
            rows.writerow((each.line, *(_inert(cell) for cell in cells)))


def _inert(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text


def render_sent(sent: SendResult, console: Console) -> None:
    """Show what became of the sound rows."""
    lines = [f"{sent.events:,} events accepted in {sent.batches:,} batches"]
    if sent.before:
        lines.append(f"{sent.before:,} events had been confirmed by an earlier run")
    if sent.repeated:
        lines.append(f"{sent.repeated:,} attempts were repeated")
    if sent.set_aside:
        lines.append(
            f"{sent.set_aside:,} events were set aside by the gateway ({sent.said}): see `hirelay dlq list`"
        )
    if sent.failure:
        lines.append(f"{sent.failure}; run the same command again to go on")
    console.print("\n".join(lines), highlight=False, markup=False, soft_wrap=True)
