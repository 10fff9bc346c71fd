"""Boards as the local page reads them: no SQL, charts in both languages, the definitions beside."""

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
    EVERYBODY,
    MILESTONES,
    OF_BREACHES,
    SPENDING,
    THIN,
    WAITS,
)
from streams.boards.vega import chart


def described(tenancy: Tenancy) -> dict[str, Any]:
    """Everything the page needs before it asks for numbers."""
    return {
        "tenants": [
            {
                "id": each.id,
                "name": each.name,
                "language": each.language,
                "timezone": each.timezone,
                "currency": each.currency,
                "decimals": decimals(each.currency),
            }
            for each in tenancy.tenants
        ],
        "boards": [_board(each) for each in BOARDS],
        "kpis": {kpi.id: _kpi(kpi) for kpi in KPIS} | _waits(),
        "words": {
            "milestone": MILESTONES,
            "spending": SPENDING,
            "word": OF_BREACHES,
            "basis": BASES,
            "thin": THIN,
            "everybody": EVERYBODY,
        },
    }


def _board(board: Board) -> dict[str, Any]:
    head = {name: getattr(board, name) for name in ("id", "ja", "en", "for_ja", "for_en")}
    return head | {
        "dimensions": board.dimensions,
        "panels": [_panel(each) for each in board.panels],
    }


def _panel(panel: Panel) -> dict[str, Any]:
    told = asdict(panel)
    del told["sql"]
    return told | {"chart": {"ja": chart(panel, "ja"), "en": chart(panel, "en")}}


def _waits() -> dict[str, Any]:
    """Service levels as numbers of cases, explained by their waiting times."""
    return {
        name: _kpi(replace(BY_ID[name.removeprefix("waits.")], ja=ja, en=en, unit="count"))
        for name, (ja, en) in WAITS.items()
    }


def _kpi(kpi: Kpi) -> dict[str, Any]:
    return {
        "ja": kpi.ja,
        "en": kpi.en,
        "unit": kpi.unit,
        "kind": kpi.kind,
        "minimum_n": kpi.minimum_n,
        "better": 0 if kpi.higher_is_better is None else 1 if kpi.higher_is_better else -1,
        "cases": kpi.of_cases,
        "explain_ja": kpi.explain_ja,
        "explain_en": kpi.explain_en,
        "standards": kpi.standards,
    }
