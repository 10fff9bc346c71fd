"""A report of the golden season: its files show the numbers of the views, in both languages, without a missing glyph."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from fontTools.ttLib import TTFont
from pptx import Presentation
from pptx.oxml.ns import qn

from schemas.kpis.catalogue import BY_ID
from schemas.planning.periods import Period
from schemas.reporting.model import Report, ReportCell
from schemas.tenants.config import Tenant
from schemas.text.languages import LANGUAGES, Language
from sinks.clickhouse.rows import BreachRow, CandidateEvent
from sinks.clickhouse.writer import Writer
from sinks.reports import labels, table
from sinks.reports.charts import series
from sinks.reports.fonts import font_directory
from sinks.reports.html import to_html
from sinks.reports.pdf import to_pdf
from sinks.reports.pptx import to_pptx
from streams.boards.query import fetch_rows
from streams.reading.change import DayRange, explain_change
from streams.reporting.files import write_report
from streams.reporting.hires_bridge import read_hires_bridge
from streams.reporting.read import fill_report
from streams.reporting.reasons import read_reasons
from streams.reporting.request import ReportRequest
from streams.reporting.sections import PANELS, SECTIONS
from streams.reporting.suggestions import read_suggestions
from tests.boards.test_panel_sql import planned_target
from tests.golden.season_events import season_delivery
from tests.golden.test_golden import season_tenancy
from tests.sinks.test_views import write
from tests.vendors.folding import folded_cells

COMPANY = "reports"
QUARTER = Period(date(2026, 4, 1), date(2026, 6, 30))
AFTER = datetime(2026, 7, 3, tzinfo=UTC)


@pytest.fixture(scope="module")
def company(client: Any) -> Iterator[Tenant]:
    """The golden season, with a target of hires."""
    write(client, COMPANY, folded_cells([season_delivery()], season_tenancy()))
    Writer(client).replace_targets([planned_target(COMPANY, *QUARTER, 4)])
    yield Tenant.model_construct(
        id=COMPANY, name="株式会社サンプル", timezone="Asia/Tokyo", currency="JPY", language="ja"
    )
    client.command(f"delete from epoch_cells where tenant = '{COMPANY}'")


def request_of(company: Tenant, language: Language = "ja", now: datetime = AFTER) -> ReportRequest:
    """Ask for the second quarter."""
    return ReportRequest(
        tenant=company,
        period="2026-Q2",
        days=QUARTER,
        language=language,
        now=now,
        board="http://127.0.0.1:8090",
    )


@pytest.fixture(scope="module", params=LANGUAGES)
def report(request: pytest.FixtureRequest, client: Any, company: Tenant) -> Report:
    """The report in one language."""
    return fill_report(client, request_of(company, request.param))


def cells(report: Report) -> Iterator[tuple[str, ReportCell]]:
    """Yield every number of the report with the path of its panel."""
    for section in report.sections:
        for panel in section.panels:
            for row in panel.rows:
                for cell, column in zip(row, panel.columns, strict=True):
                    if column.numeric:
                        yield panel.id, cell


def test_every_number_is_that_of_its_board(client: Any, company: Tenant, report: Report) -> None:
    """Each visible value equals the one that the panel's own query returns."""
    for section in report.sections:
        for panel in section.panels:
            if panel.id not in PANELS:  # its own tests are below
                continue
            spec = PANELS[panel.id]
            rows = fetch_rows(client, spec, request_of(company).panel_request())
            visible = [at for at, column in enumerate(spec.columns) if not column.hidden]
            expected = [[_shown(row[at]) for at in visible] for row in rows]
            values = [[cell.value for cell in row] for row in panel.rows]
            assert [len(row) for row in values] == [len(row) for row in expected], panel.id
            for row, wanted in zip(values, expected, strict=True):
                assert row == [_as_summed(value) for value in wanted], panel.id


def _as_summed(value: Any) -> Any:
    """Return a number to compare with: the engine sums in parallel, in an order that differs in the last digits."""
    return pytest.approx(value, rel=1e-9) if isinstance(value, float) else value


def _shown(value: Any) -> Any:
    """Return what a cell holds of a value of the view: of a forecast its mean."""
    return value[0] if isinstance(value, list | tuple) else value


def test_all_sections_are_filled(report: Report) -> None:
    """The deck has its sections, and most of their panels have rows in a season with data."""
    expected = [spec.id for spec in SECTIONS if not spec.shown_if]  # the season has no relay
    assert [section.id for section in report.sections] == expected
    filled = [panel.id for section in report.sections for panel in section.panels if panel.rows]
    assert {"summary/headline", "summary/plan", "funnel/stages", "people/rates"} <= {*filled}


def test_the_summary_claims_no_change_without_a_window_before(report: Report) -> None:
    """The season begins with the quarter, so nothing is compared with the empty days before it."""
    (summary, *_) = report.sections

    assert summary.sentences
    assert not any("偶然を超える" in line or "beyond chance" in line for line in summary.sentences)


def test_contributions_add_up_to_the_change_of_hires(client: Any, company: Tenant) -> None:
    """They are those that `hirelay explain` prints for the same days."""
    days = Period(date(2026, 4, 12), date(2026, 4, 21))
    request = replace(request_of(company, "en"), days=days)
    before = DayRange(request.before.first, request.before.last)
    bridge = explain_change(
        client, COMPANY, BY_ID["screen_pass_rate"], DayRange(*days), before
    ).bridge
    content = read_hires_bridge(client, request)
    effects = [row[1].value for row in content.panels[0].rows]

    assert effects == [pytest.approx(effect) for effect in bridge.contributions.values()]
    assert sum(bridge.contributions.values()) == pytest.approx(bridge.after - bridge.before)
    assert len({row[0].text for row in content.panels[0].rows}) == len(effects) > 3


def test_nothing_is_decomposed_without_a_whole_window_before(client: Any, company: Tenant) -> None:
    """The season begins with the quarter: the panels say why they are empty."""
    content = read_hires_bridge(client, request_of(company))

    assert content.sentences == ()
    assert [panel.rows for panel in content.panels] == [(), ()]
    assert content.panels[0].empty.startswith("前の期間")


def ended(number: int, kind: str, reason: str) -> CandidateEvent:
    """Return an ending of an application of its own on 1 May in Japan, which is April in UTC."""
    moment = datetime(2026, 4, 30, 16, number, tzinfo=UTC)
    key = "decline_reason" if kind == "offer.declined" else "reason"
    return CandidateEvent(
        tenant=COMPANY,
        event_id=f"reason-{number}",
        type=kind,
        subject=f"application/{number}",
        connection="c",
        vendorevent="v",
        time=moment,
        recordedtime=moment,
        test=False,
        application_id=f"reason-{number}",
        job_id="",
        job_name="",
        channel="",
        stage_id="",
        stage_name="",
        src_partition=0,
        src_offset=number,
        src_index=0,
        body=json.dumps({"data": {key: {"name": reason}}}, ensure_ascii=False),
    )


def test_reasons_are_counted_and_rare_ones_stay_unnamed(client: Any, company: Tenant) -> None:
    """A reason of fewer than three cases could describe a person; days are the company's."""
    reasons = ["他社に決定"] * 3 + ["家庭の事情"]
    events = [ended(n, "application.withdrawn", reason) for n, reason in enumerate(reasons)]
    Writer(client).write([*events, ended(9, "offer.declined", "年収")], "reasons")
    may = Period(date(2026, 5, 1), date(2026, 5, 31))
    (panel,) = read_reasons(client, replace(request_of(company), days=may)).panels
    client.command(f"delete from candidate_events where tenant = '{COMPANY}'")

    assert [tuple(cell.text for cell in row) for row in panel.rows] == [
        ("選考辞退", "他社に決定", "3"),
        ("内定辞退", "その他(3件未満の理由)", "1"),
        ("選考辞退", "その他(3件未満の理由)", "1"),
    ]


def breach_of(kpi: str, since: date) -> BreachRow:
    """Return an open breach without a record."""
    moment = datetime(2026, 6, 2, tzinfo=UTC)
    return BreachRow(
        tenant=COMPANY,
        id="suggested",
        rule="screening",
        kpi=kpi,
        dimension="total",
        member="all",
        owner="recruiting",
        severity="warning",
        state="active",
        ending="",
        direction="below",
        target=0.5,
        window_days=28,
        opened=since,
        since=since,
        until=None,
        judged=since,
        value=0.2,
        n=40,
        low=None,
        high=None,
        probability=None,
        told=moment,
        ended=None,
        version=1,
        body="{}",
    )


def test_open_breaches_get_the_suggestions_of_the_playbook(client: Any, company: Tenant) -> None:
    """With the role that owns them, and what is known of the effect; without breaches nothing is said."""
    assert read_suggestions(client, request_of(company)).sentences == ()
    breach = breach_of("screen_pass_rate", date(2026, 6, 1))
    Writer(client).write([breach], "suggestions")
    lines = read_suggestions(client, request_of(company)).sentences
    client.command(f"delete from breaches where tenant = '{COMPANY}'")
    play = BY_ID["screen_pass_rate"].play

    assert play is not None and len(lines) == 2
    assert play.suggest_ja.rstrip("。") in lines[0] and play.owner_ja in lines[0]
    assert "データ不足" in lines[1]


def test_a_running_period_is_counted_up_to_today(client: Any, company: Tenant) -> None:
    """In mid-May the second quarter ends on that day, and so does the window it is compared with."""
    report = fill_report(client, request_of(company, now=datetime(2026, 5, 15, tzinfo=UTC)))

    assert (report.running, report.as_of) == (True, date(2026, 5, 15))
    assert (report.before_first, report.before_last) == (date(2026, 2, 15), date(2026, 3, 31))
    assert "期間の途中" in labels.window_line(report)


def test_the_csv_has_a_line_for_every_number(report: Report) -> None:
    """Each with its definition, n, basis, window and as-of."""
    lines = list(csv.DictReader(io.StringIO(table.to_csv(report))))

    assert [line["text"] for line in lines] == [cell.text for _, cell in cells(report)]
    assert {line["as_of"] for line in lines} == {"2026-06-30"}
    rates = [line for line in lines if line["low_90"]]
    assert rates
    assert all(
        float(line["low_90"]) <= float(line["value"]) <= float(line["high_90"]) for line in rates
    )


def test_the_json_reads_back(report: Report) -> None:
    """It holds the whole report."""
    assert Report.model_validate_json(table.to_json(report)) == report
    assert json.loads(table.to_json(report))["tenant"] == COMPANY


def test_the_page_needs_no_network(report: Report) -> None:
    """Styles and charts are inside, every number stands in it, and names are escaped."""
    page = to_html(report.model_copy(update={"company": "<script>alert(1)</script>"}))

    assert "<script" not in page
    assert "src=" not in page
    assert "<svg" in page
    assert all(cell.text in page for _, cell in cells(report))


def texts_of(deck: Any) -> Iterator[tuple[int, str]]:
    """Yield the texts of tables and text boxes with the number of their slide."""
    for number, slide in enumerate(deck.slides):
        for shape in slide.shapes:
            if shape.has_text_frame:
                yield number, shape.text_frame.text
            if shape.has_table:
                for row in shape.table.rows:
                    yield from ((number, cell.text) for cell in row.cells)


def _without_gaps(
    by_series: Mapping[str, Mapping[str, float | None]],
) -> dict[str, dict[str, float]]:
    return {
        name: {category: value for category, value in values.items() if value is not None}
        for name, values in by_series.items()
    }


def test_the_deck_shows_every_number_and_its_source(report: Report) -> None:
    """Tables and native charts hold the values of the report, notes their basis and definitions."""
    deck = Presentation(io.BytesIO(to_pptx(report)))
    for number, section in enumerate(report.sections):
        slide = deck.slides[number]
        texts = {text for at, text in texts_of(deck) if at == number}
        charts = [shape.chart for shape in slide.shapes if shape.has_chart]
        drawn = [panel for panel in section.panels if panel.chart and series(panel)]
        plotted = [
            {
                plot.name: dict(zip(chart.plots[0].categories, plot.values, strict=True))
                for plot in chart.plots[0].series
            }
            for chart in charts
        ]
        assert [_without_gaps(by_series) for by_series in plotted] == [
            _without_gaps(series(panel)) for panel in drawn
        ]
        for panel in section.panels:
            assert labels.source_line(report, panel) in slide.notes_slide.notes_text_frame.text
            if panel in drawn:
                continue
            for row in panel.rows[:4]:  # a slide has room for more than these, and counts the rest
                assert {labels.cell_text(cell, report.language) for cell in row} <= texts


def test_the_deck_names_a_japanese_font_for_every_script(report: Report) -> None:
    """Every run names its font for Latin, East Asian and complex scripts, and no shape leaves its slide."""
    deck = Presentation(io.BytesIO(to_pptx(report)))
    for slide in deck.slides:
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.top >= 0
            assert shape.left + shape.width <= deck.slide_width
            assert shape.top + shape.height <= deck.slide_height
        for run in slide.shapes._spTree.iter(qn("a:r")):
            fonts = {
                run.find(qn("a:rPr")).find(qn(tag)).get("typeface")
                for tag in ("a:latin", "a:ea", "a:cs")
            }
            assert fonts == {"Yu Gothic"}


def test_the_font_has_every_glyph(report: Report) -> None:
    """No character of the report is missing in the font that the PDF embeds."""
    glyphs = TTFont(font_directory() / "ipaexg.ttf").getBestCmap()
    text = report.model_dump_json() + "".join(labels.label(report, key) for key in labels.LABELS)

    assert {character for character in text if ord(character) not in glyphs} == set()


def test_the_pdf_embeds_the_font(report: Report) -> None:
    """A reader without Japanese fonts sees every character."""
    document = to_pdf(report)

    assert document.startswith(b"%PDF")
    assert b"IPAexGothic" in document


def test_files_appear_whole(client: Any, company: Tenant, tmp_path: Path) -> None:
    """One file per format is written, and no draft stays behind."""
    written = list(
        write_report(fill_report(client, request_of(company)), tmp_path, ("html", "csv", "json"))
    )

    assert [path.name for path in written] == [
        f"reports-2026-Q2-ja.{name}" for name in ("html", "csv", "json")
    ]
    assert {*tmp_path.iterdir()} == {*written}
