"""Every number of a report as CSV or JSON, each with its definition, sample size, window, basis, interval and as-of."""

import csv
import io
from collections.abc import Iterator

from schemas.reporting.model import Report, ReportCell, ReportPanel, Section
from schemas.text.spreadsheet import quote_formula

FIELDS = (
    "section",
    "panel",
    "row",
    "column",
    "value",
    "text",
    "unit",
    "n",
    "low_90",
    "high_90",
    "kpi",
    "definitions_version",
    "basis",
    "first",
    "last",
    "as_of",
    "link",
)


def to_csv(report: Report) -> str:
    """Return one line per number, with a header; texts that look like formulas begin with an apostrophe."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(FIELDS)
    for section in report.sections:
        for panel in section.panels:
            writer.writerows(_lines(report, section, panel))
    return buffer.getvalue()


def to_json(report: Report) -> str:
    """Return the whole report."""
    return report.model_dump_json(indent=1)


def _lines(report: Report, section: Section, panel: ReportPanel) -> Iterator[list[object]]:
    for row in panel.rows:
        names = [
            str(cell.value) if cell.unit == "period" else cell.text
            for cell, column in zip(row, panel.columns, strict=True)
            if not column.numeric
        ]
        for cell, column in zip(row, panel.columns, strict=True):
            if column.numeric:
                yield [
                    *(section.id, panel.id, quote_formula(" / ".join(names)), column.name),
                    *_number(cell),
                    *(report.definitions_version, panel.basis),
                    *(report.first.isoformat(), report.last.isoformat()),
                    *(report.as_of.isoformat(), panel.link),
                ]


def _number(cell: ReportCell) -> list[object]:
    return [cell.value, cell.text, cell.unit, cell.n, cell.low, cell.high, cell.kpi]
