"""`hirelay quality` as text for people and JSON for programs."""

import json
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.text import Text

from schemas.kpis.data_quality import SET_ASIDE
from schemas.text.languages import Words, translate
from schemas.text.units import NO_VALUE, format_instant, format_number
from streams.tools.quality.query import ExampleEvent, QualityFinding, QualityReport
from streams.tools.tables import TableColumn, TextTable, print_table

ALL_WELL: Words = (
    "直すべきデータはありません（受理したイベント {accepted} 件）。",
    "No data needs attention ({accepted} events accepted).",
)
# Japanese breaks lines anywhere but at a space, so its colon is full-width.
EXAMPLE: Words = ("例：{}", "Example: {}")
ADVICE: Words = ("対応：{}", "What to do: {}")
APPLICATION: Words = ("応募 {}", "application {}")
EVENT: Words = ("イベント {}", "event {}")
EVENTS: Words = ("件数", "Events")
KIND: Words = ("何が", "What")
ENTRY: Words = ("`hirelay dlq show {}` で見られます", "see `hirelay dlq show {}`")
SHOWN_ID = 12  # characters of an entry's id, enough for `hirelay dlq`


def print_reports(reports: Sequence[QualityReport], language: str, console: Console) -> None:
    """Print one part per tenant: a table of what was found, or that all is well."""
    for report in reports:
        console.print(Text(f"{report.tenant.id}: {report.first} – {report.last}", style="bold"))
        if report.findings:
            print_table(_table(report, language), console)
        else:
            accepted = format_number(report.accepted, "count", language)
            console.print(Text(translate(ALL_WELL, language).format(accepted=accepted)))


def _table(report: QualityReport, language: str) -> TextTable:
    rows = []
    for finding in report.findings:
        lines = Text(translate(finding.kind.name, language), "bold")
        advice = translate(ADVICE, language).format(translate(finding.kind.advice, language))
        for line in (*_example_lines(report, finding, language), advice):
            lines.append(f"\n{line}", "not bold")
        rows.append((format_number(finding.events, "count", language), lines))
    return TextTable(
        columns=(
            TableColumn(title=translate(EVENTS, language), numeric=True),
            TableColumn(title=translate(KIND, language), prose=True),
        ),
        rows=rows,
        ruled=True,
    )


def _example_lines(report: QualityReport, finding: QualityFinding, language: str) -> list[str]:
    """Return where to find the example in the hiring system, and below it the event or entry."""
    first, example = translate(EXAMPLE, language), finding.example
    if example is None:
        return [first.format(NO_VALUE)]
    if finding.kind is SET_ASIDE:
        return [first.format(translate(ENTRY, language).format(example.id[:SHOWN_ID]))]
    parts = [example.about] if example.about else []
    if example.application:
        parts.append(translate(APPLICATION, language).format(example.application))
    if example.time is not None:
        parts.append(format_instant(example.time, ZoneInfo(report.tenant.timezone)))
        parts.append(example.type)
    event = translate(EVENT, language).format(example.id)
    return [first.format(" · ".join(parts)), event] if parts else [first.format(event)]


def as_json(reports: Sequence[QualityReport], language: str) -> str:
    """Return all reports as JSON; names and advice are in the language."""
    return json.dumps([_report_fields(report, language) for report in reports], ensure_ascii=False)


def _report_fields(report: QualityReport, language: str) -> dict[str, object]:
    return {
        "tenant": report.tenant.id,
        "from": report.first.isoformat(),
        "to": report.last.isoformat(),
        "accepted": report.accepted,
        "findings": [
            {
                "kind": finding.kind.id,
                "name": translate(finding.kind.name, language),
                "events": finding.events,
                "example": finding.example and _example_fields(finding.example),
                "advice": translate(finding.kind.advice, language),
            }
            for finding in report.findings
        ],
    }


def _example_fields(example: ExampleEvent) -> dict[str, str | None]:
    return {
        "id": example.id,
        "application": example.application or None,
        "type": example.type or None,
        "time": example.time.isoformat() if example.time else None,
        "about": example.about or None,
    }
