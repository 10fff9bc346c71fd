"""Fill a report from the views: the panels of the boards in its period, and the sentences that their numbers allow."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from schemas.cells import DECISION
from schemas.kpis.catalogue import BY_ID, VERSION, placed
from schemas.money import to_major
from schemas.reporting import sentences
from schemas.reporting.model import ChartKind, Definition, Report, ReportPanel, Section
from schemas.reporting.sentences import WindowComparison
from schemas.text.languages import Language, translate
from schemas.text.words import BASES
from streams.boards import spec
from streams.boards.cells import CellReader
from streams.boards.query import fetch_rows
from streams.boards.words import page_labels
from streams.reporting.own_content import OwnContent, first_day
from streams.reporting.request import ReportRequest
from streams.reporting.sections import PANELS, SECTIONS, SectionSpec

CHARTS: dict[str, ChartKind] = {"bar": "bar", "stack": "stack", "line": "line", "funnel": "funnel"}
WINDOWS = """
select kpi, value, n
from v_kpis(tenant = {tenant:String}, dimension = 'total', basis = 'decision', first = {first:Date}, last = {last:Date})
"""
EPOCH = "select max(number) from v_epochs where state = 'live'"
HEARD = "select toUnixTimestamp64Milli(heard) from v_freshness where tenant = {tenant:String}"


def fill_report(client: Any, request: ReportRequest) -> Report:
    """Read every section; `client` is a ClickHouse connection with the rights of a reader."""
    comparisons = _compare_windows(client, request)
    sections = tuple(
        section
        for spec in SECTIONS
        if (section := _section(client, request, spec, comparisons)) is not None
    )
    rows = client.query(HEARD, parameters={"tenant": request.tenant.id}).result_rows
    return Report(
        tenant=request.tenant.id,
        company=request.tenant.name,
        language=request.language,
        currency=request.tenant.currency,
        period=request.period,
        first=request.days.first,
        last=request.days.last,
        before_first=request.before.first,
        before_last=request.before.last,
        as_of=request.counted.last,
        data_as_of=datetime.fromtimestamp(rows[0][0] / 1000, UTC) if rows and rows[0][0] else None,
        definitions_version=str(VERSION),
        epoch=int(client.query(EPOCH).result_rows[0][0]),
        brand=request.brand,
        sections=sections,
        definitions=_definitions(sections, request.language),
    )


def _section(
    client: Any,
    request: ReportRequest,
    section: SectionSpec,
    comparisons: Sequence[WindowComparison],
) -> Section | None:
    panels = tuple(
        _panel(client, request, path, PANELS[path]) for path in section.panels if path in PANELS
    )
    if section.shown_if and not any(
        _has_numbers(panel) for panel in panels if panel.id in section.shown_if
    ):
        return None
    own = section.own(client, request) if section.own else OwnContent()
    lines = own.sentences
    if section.id == "summary":
        lines = sentences.summary(comparisons, request.language, request.tenant.currency)
    return Section(
        id=section.id,
        title=translate(section.title, request.language),
        sentences=lines,
        panels=(*panels, *own.panels),
    )


def _has_numbers(panel: ReportPanel) -> bool:
    return any(
        isinstance(cell.value, float) and cell.value > 0 for row in panel.rows for cell in row
    )


def _panel(client: Any, request: ReportRequest, path: str, panel: spec.Panel) -> ReportPanel:
    reader = CellReader(panel, request.tenant, request.language)
    rows = fetch_rows(client, panel, request.panel_request())
    language = request.language
    nothing = translate((panel.none_ja, panel.none_en), language)
    return ReportPanel(
        id=path,
        title=translate((panel.ja, panel.en), language),
        basis=panel.basis,
        basis_label=translate(BASES[panel.basis], language),
        columns=reader.columns(),
        rows=tuple(reader.cells(row) for row in rows),
        empty=nothing or page_labels(language)["none"],
        note=translate((panel.note_ja, panel.note_en), language),
        link=_link(request, path),
        kpis=panel.kpis,
        chart=CHARTS.get(panel.kind),
    )


def _link(request: ReportRequest, path: str) -> str:
    if not request.board:
        return ""
    query = {
        "board": path.partition("/")[0],
        "tenant": request.tenant.id,
        "lang": request.language,
        "from": request.days.first.isoformat(),
        "to": request.days.last.isoformat(),
    }
    return f"{request.board.rstrip('/')}/?{urlencode(query)}"


def _compare_windows(client: Any, request: ReportRequest) -> list[WindowComparison]:
    """Return the KPIs of the summary in both windows."""
    now, before = (
        {
            kpi: (value, int(n))
            for kpi, value, n in client.query(
                WINDOWS,
                parameters={"tenant": request.tenant.id, "first": days.first, "last": days.last},
            ).result_rows
        }
        for days in (request.counted, request.before)
    )
    if first_day(client, request) > request.before.first:
        before = {}  # data began within the window before: it is no whole window to compare with
    # Hires lead: they are what a plan is about.
    leading = (*placed("shared/pace")[:1], *placed("summary/headline"))
    kpis = [kpi for kpi in dict.fromkeys(leading) if DECISION in kpi.bases]
    return [
        WindowComparison(
            kpi=kpi,
            value=_major(now.get(kpi.id), kpi.unit, request),
            n=now.get(kpi.id, (None, 0))[1],
            before=_major(before.get(kpi.id), kpi.unit, request),
            n_before=before.get(kpi.id, (None, 0))[1],
        )
        for kpi in kpis
        if kpi.additive
    ]


def _major(
    pair: tuple[float | None, int] | None, unit: str, request: ReportRequest
) -> float | None:
    if pair is None or pair[0] is None:
        return None
    return to_major(pair[0], request.tenant.currency) if unit == "money" else float(pair[0])


def _definitions(sections: Sequence[Section], language: Language) -> tuple[Definition, ...]:
    used = {kpi for section in sections for panel in section.panels for kpi in panel.kpis}
    return tuple(
        Definition(
            kpi=kpi.id,
            name=translate((kpi.ja, kpi.en), language),
            explanation=translate((kpi.explain_ja, kpi.explain_en), language),
        )
        for kpi in BY_ID.values()
        if kpi.id in used
    )
