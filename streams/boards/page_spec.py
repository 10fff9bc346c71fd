"""The board specifications sent to the local page: no SQL, charts in both languages, KPI definitions."""

from dataclasses import asdict, replace
from typing import Any

from schemas.kpis.catalogue import BY_ID, KPIS
from schemas.kpis.definition import Kpi
from schemas.planning.periods import APRIL
from schemas.tenants.config import Tenancy
from schemas.text.languages import LANGUAGES
from streams.boards.formats import INSTANT, page_formats
from streams.boards.spec import Board, Panel
from streams.boards.specs.catalogue import BOARDS
from streams.boards.specs.labels import SERVICE_LEVELS
from streams.boards.vega import chart
from streams.boards.words import page_labels, page_words


def build_page_spec(tenancy: Tenancy) -> dict[str, Any]:
    """Everything the page needs before it requests numbers."""
    return {
        "tenants": [
            {
                "id": tenant.id,
                "name": tenant.name,
                "language": tenant.language,
                "timezone": tenant.timezone,
                "currency": tenant.currency,
                "fiscal_start": APRIL,
                "formats": {
                    language: page_formats(language, tenant.currency) for language in LANGUAGES
                },
            }
            for tenant in tenancy.tenants
        ],
        "boards": [_board(board) for board in BOARDS],
        "kpis": {kpi.id: _kpi(kpi) for kpi in KPIS} | _service_levels(),
        "words": {language: page_words(language) for language in LANGUAGES},
        "labels": {language: page_labels(language) for language in LANGUAGES},
        "instant": INSTANT,
    }


def _board(board: Board) -> dict[str, Any]:
    fields = {name: getattr(board, name) for name in ("id", "ja", "en", "for_ja", "for_en")}
    return fields | {
        "dimensions": board.dimensions,
        "panels": [_panel(panel) for panel in board.panels],
    }


def _panel(panel: Panel) -> dict[str, Any]:
    fields = asdict(panel)
    del fields["sql"]
    charts = {language: chart(panel, language) for language in LANGUAGES}
    return fields | {"chart": charts, "filtered_by": panel.filtered_by}


def _service_levels() -> dict[str, Any]:
    """Service levels: case counts, explained by the KPI of their waiting time."""
    return {
        name: _kpi(replace(BY_ID[name.removeprefix("waits.")], ja=ja, en=en, unit="count"))
        for name, (ja, en) in SERVICE_LEVELS.items()
    }


def _kpi(kpi: Kpi) -> dict[str, Any]:
    return {
        "ja": kpi.ja,
        "en": kpi.en,
        "unit": kpi.unit,
        "kind": kpi.kind,
        "minimum_n": kpi.minimum_n,
        "better": 0 if kpi.higher_is_better is None else 1 if kpi.higher_is_better else -1,
        "cases": kpi.counts_cases,
        "explain_ja": kpi.explain_ja,
        "explain_en": kpi.explain_en,
        "standards": kpi.standards,
    }
