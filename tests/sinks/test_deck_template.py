"""A report in a company's own template: checked first, then each section in its layout's placeholders."""

import io
from typing import Any

import pytest
from pptx import Presentation
from pptx.oxml.ns import qn
from pptx.util import Inches, Pt

from schemas.errors import Malformed
from schemas.reporting.model import Definition, Report, Section
from sinks.reports.pptx_fit import inherited_size
from sinks.reports.pptx_marks import marked
from sinks.reports.pptx_template import to_templated_pptx
from tests.sinks.test_deck import panel_of, report_of

ROWS = [("doda", 10.0), ("Indeed", 5.0)]
TWO_CONTENT, CONTENT = (
    3,
    1,
)  # layouts of the library's own template: title with two bodies, and with one


def template(**names: tuple[str, ...]) -> bytes:
    """A template with two layouts, named `plan` and `standard`, whose placeholders have these names; one example slide."""
    deck = Presentation()
    for at, (name, words) in zip((TWO_CONTENT, CONTENT), names.items(), strict=False):
        layout = deck.slide_layouts[at]
        layout._element.find(qn("p:cSld")).set("name", name)
        bodies = [p for p in layout.placeholders if p.placeholder_format.idx in {1, 2}]
        for placeholder, word in zip(bodies, words, strict=False):
            placeholder._element.xpath(".//p:cNvPr")[0].set("name", word)
    deck.slides.add_slide(deck.slide_layouts[0]).shapes.title.text_frame.text = "Example"
    buffer = io.BytesIO()
    deck.save(buffer)
    return buffer.getvalue()


@pytest.fixture
def report() -> Report:
    """A plan with a chart and a table, and definitions."""
    chart = panel_of(ROWS, chart="bar").model_copy(update={"id": "summary/plan"})
    table = panel_of(ROWS).model_copy(update={"id": "summary/pace"})
    plan = Section(id="plan", title="採用計画の予実", sentences=(), panels=(chart, table))
    definition = Definition(kpi="hires", name="採用数", explanation="採用が決まった応募の数")
    return report_of().model_copy(update={"sections": (plan,), "definitions": (definition,)})


def marks(deck: Any) -> dict[str, Any]:
    """The shapes by kind and id."""
    return {f"{kind} {id_}": shape for shape, kind, id_ in marked(deck)}


@pytest.mark.parametrize(
    "names",
    [
        {"plan": ("chart", "table"), "standard": ("text",)},
        {"採用計画の予実": ("グラフ", "表"), "標準": ("本文",)},
    ],
)
def test_each_section_fills_the_placeholders_of_its_layout(
    report: Report, names: dict[str, tuple[str, ...]]
) -> None:
    """Chart and table stand where the layout has them, below their titles; texts have the template's own fonts, and examples are gone."""
    content = template(**names)
    deck = Presentation(io.BytesIO(to_templated_pptx(report, content)))
    layout = Presentation(io.BytesIO(content)).slide_layouts[TWO_CONTENT]
    boxes = {p.placeholder_format.idx: (p.left, p.top, p.width) for p in layout.placeholders}
    placed = marks(deck)
    chart, table = placed["chart summary/plan"], placed["table summary/pace"]

    assert len(deck.slides) == 2
    assert deck.slides[0].shapes.title.text_frame.text == "採用計画の予実"
    for shape, box in ((chart, boxes[1]), (table, boxes[2])):
        assert (shape.left, shape.width) == (box[0], box[2])
        assert box[1] < shape.top < box[1] + Inches(0.6)
    titles = [shape for shape in deck.slides[0].shapes if shape.has_text_frame]
    assert {boxes[at][:2] for at in (1, 2)} <= {(title.left, title.top) for title in titles}
    assert list(chart.chart.series[0].values) == [10.0, 5.0]
    assert "採用数 (hires)" in placed["text sentences/definitions"].text_frame.text
    assert not any(shape.text_frame.text == "" for shape in deck.slides[0].placeholders)


@pytest.mark.parametrize(("count", "own"), [(1, True), (40, False)])
def test_a_long_text_is_written_smaller(report: Report, count: int, own: bool) -> None:
    """A text has the size of the template where that has room for it, otherwise one in which it fits."""
    definitions = (report.definitions * count)[:9]
    long = report.model_copy(update={"definitions": definitions})
    deck = Presentation(
        io.BytesIO(to_templated_pptx(long, template(plan=("chart", "table"), standard=("text",))))
    )
    shape = marks(deck)["text sentences/definitions"]
    sizes = {run.font.size for p in shape.text_frame.paragraphs for run in p.runs}

    assert sizes == {None} if own else max(sizes) < Pt(inherited_size(shape))


def test_every_missing_place_is_named_before_anything_is_written(report: Report) -> None:
    """A layout without a chart, and a section without a layout."""
    with pytest.raises(Malformed) as refusal:
        to_templated_pptx(report, template(plan=("text", "table")))

    assert "layout 'plan' has no placeholder 'chart' or 'グラフ'" in str(refusal.value)
    assert "no layout 'definitions'" in str(refusal.value)


def test_what_is_no_pptx_is_refused(report: Report) -> None:
    """With what to do."""
    with pytest.raises(Malformed, match=r"save the template as \.pptx"):
        to_templated_pptx(report, b"not a deck")
