"""A report issued again goes into the edited deck: words stay, numbers are renewed, changes are listed."""

import io
from typing import Any

import pytest
from pptx import Presentation

from schemas.errors import Malformed
from schemas.reporting.difference import with_changes
from schemas.reporting.model import Report, Section
from sinks.reports.pptx import to_pptx
from sinks.reports.pptx_marks import marked
from sinks.reports.pptx_renewal import renew_pptx
from tests.sinks.test_deck import panel_of, report_of

BEFORE = [("doda", 10.0), ("Indeed", 5.0)]
AFTER = [("doda", 12.0), ("Wantedly", 3.0)]


def version(
    rows: list[tuple[str, float]], sentences: tuple[str, ...] = ("採用は10名", "承諾が課題")
) -> Report:
    """A report with a table, and a chart of the same numbers."""
    table = panel_of(rows)
    chart = panel_of(rows, chart="bar").model_copy(update={"id": "test/chart"})
    sections = tuple(
        Section(id=panel.id, title="媒体", sentences=sentences, panels=(panel,))
        for panel in (table, chart)
    )
    return report_of().model_copy(update={"sections": sections})


def shape_of(deck: Any, kind: str, id_: str) -> Any:
    """The marked shape of a deck."""
    return next(shape for shape, k, i in marked(deck) if (k, i) == (kind, id_))


def edited(report: Report) -> bytes:
    """The deck after people renamed a row and rewrote one sentence."""
    deck = Presentation(io.BytesIO(to_pptx(report)))
    table = shape_of(deck, "table", "test/panel").table
    table.cell(1, 0).text_frame.paragraphs[0].runs[0].text = "doda(本命)"
    sentences = shape_of(deck, "text", "sentences/test/panel").text_frame
    sentences.paragraphs[1].runs[0].text = "社長の指示で強化中"
    buffer = io.BytesIO()
    deck.save(buffer)
    return buffer.getvalue()


def renewed(before: Report, after: Report) -> tuple[Any, tuple[str, ...]]:
    """The renewed deck, opened, and the words that stayed."""
    result = renew_pptx(edited(before), before, with_changes(before, after))
    return Presentation(io.BytesIO(result.content)), result.kept


def test_numbers_are_renewed_and_words_stay() -> None:
    """A renamed row keeps its name and gets its new number; a rewritten sentence stays and is named; the other is renewed."""
    before, after = version(BEFORE), version(AFTER, ("採用は12名", "順調"))
    deck, kept = renewed(before, after)
    table = shape_of(deck, "table", "test/panel").table
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    sentences = shape_of(deck, "text", "sentences/test/panel").text_frame.text.split("\n")

    assert rows[1:] == [["doda(本命)", "12.0"], ["Wantedly", "3.0"]]
    assert sentences == ["採用は12名", "社長の指示で強化中"]
    assert kept == ("社長の指示で強化中",)


def test_a_chart_gets_the_new_data_and_keeps_its_look() -> None:
    """Categories and values are those of the new report; the kind and the colour of the first series stay."""
    before, after = version(BEFORE), version(AFTER)
    deck, _ = renewed(before, after)
    chart = shape_of(deck, "chart", "test/chart").chart
    was = shape_of(Presentation(io.BytesIO(to_pptx(before))), "chart", "test/chart").chart

    assert list(chart.plots[0].categories) == ["doda", "Wantedly"]
    assert list(chart.series[0].values) == [12.0, 3.0]
    assert chart.chart_type == was.chart_type
    colours = [c.series[0].format.fill.fore_color.rgb for c in (chart, was)]
    assert colours[0] == colours[1]


def test_each_change_is_listed_with_its_cause_on_the_second_slide() -> None:
    """The slide names the number, both values and the cause; a second renewal updates it instead of adding another."""
    before, after = version(BEFORE), version(AFTER)
    first = renew_pptx(edited(before), before, second := with_changes(before, after))
    deck = Presentation(io.BytesIO(first.content))
    third = with_changes(second, version([("doda", 13.0), ("Wantedly", 3.0)]))
    again = Presentation(io.BytesIO(renew_pptx(first.content, second, third).content))

    texts = [shape.text_frame.text for shape in deck.slides[1].shapes if shape.has_text_frame]
    assert "前の版から変わった数字" in texts
    assert (
        len(again.slides)
        == len(deck.slides)
        == len(Presentation(io.BytesIO(edited(before))).slides) + 1
    )


def test_a_panel_that_people_removed_is_named() -> None:
    """It does not come back."""
    before, after = version(BEFORE), version(AFTER)
    deck = Presentation(io.BytesIO(edited(before)))
    shape = shape_of(deck, "chart", "test/chart")
    shape._element.getparent().remove(shape._element)
    buffer = io.BytesIO()
    deck.save(buffer)

    assert renew_pptx(buffer.getvalue(), before, after).absent == ("何人か",)


def test_what_is_no_deck_of_ours_is_refused() -> None:
    """Another file, a deck of somebody else, and a report with other columns."""
    before = version(BEFORE)
    foreign = io.BytesIO()
    Presentation().save(foreign)
    for content in (b"text", foreign.getvalue()):
        with pytest.raises(Malformed, match="deck"):
            renew_pptx(content, before, before)
    table = before.sections[0].panels[0]
    wider = table.model_copy(
        update={
            "columns": (*table.columns, table.columns[1]),
            "rows": tuple((*row, row[1]) for row in table.rows),
        }
    )
    other = before.model_copy(
        update={"sections": (before.sections[0].model_copy(update={"panels": (wider,)}),)}
    )
    with pytest.raises(Malformed, match="other columns"):
        renew_pptx(edited(version(BEFORE)), before, other)
