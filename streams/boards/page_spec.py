"""The board specifications sent to the local page: no SQL, charts in both languages, KPI definitions."""

from dataclasses import asdict, replace
from typing import Any

from schemas.kpis.catalogue import BY_ID, KPIS
from schemas.kpis.definition import Kpi
from schemas.money import decimals
from schemas.tenants.config import Tenancy
from streams.boards.spec import Board, Panel
from streams.boards.specs.catalogue import BOARDS
from streams.boards.specs.labels import (
    BASES,
    BREACH_LABELS,
    COST_KINDS,
    MILESTONES,
    SERVICE_LEVELS,
    TOO_FEW_CASES,
    WHOLE_COMPANY,
)
from streams.boards.vega import chart


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
                "decimals": decimals(tenant.currency),
            }
            for tenant in tenancy.tenants
        ],
        "boards": [_board(board) for board in BOARDS],
        "kpis": {kpi.id: _kpi(kpi) for kpi in KPIS} | _service_levels(),
        "words": {
            "milestone": MILESTONES,
            "spending": COST_KINDS,
            "word": BREACH_LABELS,
            "basis": BASES,
            "thin": TOO_FEW_CASES,
            "everybody": WHOLE_COMPANY,
        },
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
    return fields | {"chart": {"ja": chart(panel, "ja"), "en": chart(panel, "en")}}


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
