"""A report that is issued again goes into the deck that people have edited: their words stay, every number is renewed."""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from schemas.errors import Malformed
from schemas.reporting.difference import CHANGES_PANEL
from schemas.reporting.model import Report, ReportPanel
from sinks.reports import labels
from sinks.reports.charts import series
from sinks.reports.pptx import FOOTER, SENTENCES, WINDOW, add_section
from sinks.reports.pptx_chart import chart_data
from sinks.reports.pptx_marks import generated_text, marked, set_generated_text
from sinks.reports.pptx_package import open_pptx, saved

Names = tuple[str, ...]  # the texts of a row's columns that are no numbers


@dataclass(frozen=True, kw_only=True)
class RenewedDeck:
    """The deck; `kept` are paragraphs that people wrote, which may name old numbers; `absent` are panels without a shape in it."""

    content: bytes
    kept: tuple[str, ...]
    absent: tuple[str, ...]


def renew_pptx(deck_file: bytes, before: Report, after: Report) -> RenewedDeck:
    """Return the deck with the numbers of `after`; `before` is the report that it was made from.

    Raise Malformed for a file that is no deck of ours, or whose tables have other columns than the report.
    """
    deck = open_pptx(deck_file, "deck", "the file is no PPTX")
    kept: list[str] = []
    renewed: set[str] = set()
    earlier, panels = _panels(before), _panels(after)
    for shape, kind, id_ in list(marked(deck)):
        if kind == "text":
            kept += _renew_text(shape, _text(shape, id_, before, after))
        elif id_ in panels:
            _renew_panel(shape, earlier.get(id_, panels[id_]), panels[id_], after.language)
            renewed.add(id_)
    if not renewed:
        what = "nothing in the deck is marked as ours; it was not made by `hirelay report`"
        raise Malformed("deck", what)
    if CHANGES_PANEL not in renewed:
        _add_changes(deck, after)
    absent = (panel.title for id_, panel in panels.items() if id_ not in {*renewed, CHANGES_PANEL})
    return RenewedDeck(content=saved(deck), kept=tuple(kept), absent=tuple(absent))


def _panels(report: Report) -> dict[str, ReportPanel]:
    return {panel.id: panel for section in report.sections for panel in section.panels}


def _text(shape: Any, id_: str, before: Report, after: Report) -> str:
    """Return the text that would be generated into the shape now."""
    if id_ == WINDOW:
        return labels.window_line(after)
    if id_ == FOOTER:  # with the number of its page
        return generated_text(shape).replace(labels.title(before), labels.title(after))
    sentences = {SENTENCES + section.id: "\n".join(section.sentences) for section in after.sections}
    return sentences.get(id_, generated_text(shape))


def _renew_text(shape: Any, text: str) -> Iterator[str]:
    """Replace the paragraphs that are as they were generated; yield those that people wrote."""
    old, new = generated_text(shape).split("\n"), text.split("\n")
    paragraphs = list(shape.text_frame.paragraphs)
    for paragraph in paragraphs:
        if paragraph.text not in old:
            if paragraph.text.strip():
                yield paragraph.text
            continue
        at = old.index(paragraph.text)
        _write(paragraph, new[at] if at < len(new) else "")
    for line in new[len(old) :]:
        element = deepcopy(paragraphs[-1]._p)  # noqa: SLF001 the format of the last paragraph
        paragraphs[-1]._p.addnext(element)  # noqa: SLF001
        paragraphs.append(shape.text_frame.paragraphs[-1])
        _write(paragraphs[-1], line)
    set_generated_text(shape, text)


def _write(paragraph: Any, text: str) -> None:
    """Set the text of a paragraph in the format of its first run."""
    for run in paragraph.runs[1:]:
        run._r.getparent().remove(run._r)  # noqa: SLF001
    if paragraph.runs:
        paragraph.runs[0].text = text
    else:
        paragraph.add_run().text = text


def _renew_panel(shape: Any, before: ReportPanel, after: ReportPanel, language: str) -> None:
    if shape.has_chart:
        if series(after):
            shape.chart.replace_data(chart_data(after))
        return
    if shape.has_table:
        _renew_table(shape.table, before, after, language)


def _renew_table(table: Any, before: ReportPanel, after: ReportPanel, language: str) -> None:
    """Set the numbers of each row; a row without numbers now goes, and new ones follow if the table had all rows."""
    numeric = [at for at, column in enumerate(after.columns) if column.numeric]
    if len(table.columns) != len(after.columns) or not numeric:
        what = f"the table {after.title!r} has other columns than the report: make a new deck"
        raise Malformed("deck", what)
    earlier, rows = _rows(before, language), _rows(after, language)
    visible = list(earlier)[: len(table.rows) - 1]
    had_all = len(table.rows) - 1 == len(earlier)
    body = list(table.rows)[1:]
    placed: set[Names] = set()
    for at, row in enumerate(body):
        names = _names([cell.text for cell in row.cells], numeric)
        # A row whose names people have changed is the one that was generated at its place.
        key = names if names in earlier else visible[at] if at < len(visible) else names
        if key in rows:
            placed.add(key)
            _write_numbers(row.cells, rows[key], numeric)
        elif len(body) > 1:
            row._tr.getparent().remove(row._tr)  # noqa: SLF001
    if had_all:
        for key in [key for key in rows if key not in placed]:
            last = list(table.rows)[-1]
            last._tr.addnext(deepcopy(last._tr))  # noqa: SLF001
            for cell, text in zip(list(table.rows)[-1].cells, rows[key], strict=True):
                _write(cell.text_frame.paragraphs[0], text)


def _write_numbers(cells: Sequence[Any], texts: Sequence[str], numeric: Sequence[int]) -> None:
    for at in numeric:
        _write(cells[at].text_frame.paragraphs[0], texts[at])


def _rows(panel: ReportPanel, language: str) -> dict[Names, list[str]]:
    numeric = [at for at, column in enumerate(panel.columns) if column.numeric]
    texts = [[labels.cell_text(cell, language) for cell in row] for row in panel.rows]
    return {_names(row, numeric): row for row in texts}


def _names(texts: Sequence[str], numeric: Sequence[int]) -> Names:
    return tuple(text for at, text in enumerate(texts) if at not in numeric)


def _add_changes(deck: Any, after: Report) -> None:
    """Add the slide that lists every change, after the first one."""
    section = next((section for section in after.sections if section.id == "changes"), None)
    if section is None:
        return
    add_section(deck, after, section, len(deck.slides) + 1)
    slides = deck.slides._sldIdLst  # noqa: SLF001 python-pptx cannot move a slide
    slides.insert(1, slides[-1])
