"""A report as PDF by Typst, with the Japanese font embedded and no system library needed."""

import json
import tempfile
from base64 import b64decode
from importlib.resources import files
from pathlib import Path
from typing import Any

import typst

from schemas.reporting.model import Report, ReportPanel, Section
from sinks.reports import labels
from sinks.reports.charts import draw
from sinks.reports.column_widths import column_widths, fitting_size
from sinks.reports.fonts import FAMILY, font_directory

TEMPLATE = "report.typ"
# As in the template: the inner width of a page, the gap between two panels and the margins of a cell, in EMU.
WIDTH, GAP, SIDES = 265 * 36_000, 12 * 36_000, 14 * 12_700
SIZES = (11, 10, 9, 8)  # of texts in tables, in points
MOST_COLUMNS = 6  # of a table beside another panel


def to_pdf(report: Report) -> bytes:
    """Return the PDF: one landscape page per section, then the definitions."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        template = files("sinks.reports").joinpath("templates", TEMPLATE)
        (folder / TEMPLATE).write_text(template.read_text(encoding="utf-8"), encoding="utf-8")
        (folder / "report.json").write_text(json.dumps(_data(report, folder)), encoding="utf-8")
        document: bytes = typst.compile(
            str(folder / TEMPLATE),
            root=str(folder),
            font_paths=[str(font_directory())],
            ignore_system_fonts=True,
        )
        return document


def _data(report: Report, folder: Path) -> dict[str, Any]:
    """Return what the template reads; charts become files beside it."""
    return {
        "font": FAMILY,
        "colour": report.brand.colour,
        "logo": _write_logo(report, folder),
        "language": report.language,
        "title": labels.title(report),
        "window": labels.window_line(report),
        "definitions_title": labels.label(report, "definitions"),
        "version": f"{labels.label(report, 'version')} {report.definitions_version}",
        "definitions": [definition.model_dump() for definition in report.definitions],
        "sections": [
            {
                "title": section.title,
                "sentences": section.sentences,
                "beside": _beside(section),
                "panels": [
                    _panel(report, panel, folder, beside=_beside(section))
                    for panel in section.panels
                ],
            }
            for section in report.sections
        ],
    }


def _write_logo(report: Report, folder: Path) -> str:
    """Return the name of the logo's file, or an empty text without one."""
    if not report.brand.logo:
        return ""
    (folder / "logo.png").write_bytes(b64decode(report.brand.logo.partition(",")[2]))
    return "logo.png"


def _beside(section: Section) -> bool:
    """Whether the two panels of the section stand beside each other."""
    narrow = all(len(panel.columns) <= MOST_COLUMNS for panel in section.panels)
    return narrow and len(section.panels) == 2


def _panel(report: Report, panel: ReportPanel, folder: Path, *, beside: bool) -> dict[str, Any]:
    texts = [[column.label for column in panel.columns]]
    texts += [[labels.cell_text(cell, report.language) for cell in row] for row in panel.rows]
    width = (WIDTH - GAP) // 2 if beside else WIDTH
    size = fitting_size(texts, width, SIZES, SIDES)
    chart = draw(panel, report.brand.colour)
    name = f"{panel.id.replace('/', '-')}.svg" if chart else ""
    if chart:
        (folder / name).write_text(chart, encoding="utf-8")
    return {
        "title": panel.title,
        "chart": name,
        "columns": texts[0],
        "size": size,
        "widths": column_widths(texts, width, size, SIDES),
        "numeric": [column.numeric for column in panel.columns],
        "rows": texts[1:],
        "empty": panel.empty,
        "source": labels.source_line(report, panel),
        "link": panel.link,
        "live": labels.label(report, "live"),
    }
