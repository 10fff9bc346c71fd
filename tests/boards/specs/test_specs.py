"""Boards are data: every question is asked once, in both languages, of views alone."""

import re

import pytest

from schemas.cells import DIMENSIONS
from schemas.kpis.catalogue import BY_ID as KPIS
from schemas.tenants.milestones import MILESTONES as STAGES
from streams.boards.spec import PARAMETERS, Board, Panel
from streams.boards.specs.catalogue import BOARDS, BY_ID
from streams.boards.specs.labels import MILESTONES, SPENDING

PANELS = [
    pytest.param(board, panel, id=f"{board.id}/{panel.id}")
    for board in BOARDS
    for panel in board.panels
]


def test_there_is_a_board_for_each_audience() -> None:
    """Six boards; each name, question and panel is there once."""
    assert len(BY_ID) == len(BOARDS) == 6
    for board in BOARDS:
        assert len({panel.id for panel in board.panels}) == len(board.panels)
        assert len({panel.ja for panel in board.panels}) == len(board.panels)
        assert all((board.ja, board.en, board.for_ja, board.for_en))


@pytest.mark.parametrize(("board", "panel"), PANELS)
def test_a_panel_says_what_it_asks_and_what_it_means(board: Board, panel: Panel) -> None:
    """A question in both languages, a definition, a basis, names and units; links lead to boards."""
    assert panel.ja and panel.en.endswith(("?", "?)"))
    assert panel.kpi in KPIS and set(panel.kpis) <= KPIS.keys()
    assert panel.names and panel.numbers
    names = {column.name for column in panel.columns}
    for column in panel.columns:
        assert column.hidden or (column.ja and column.en)
        assert not column.n or column.n in names
        assert not column.leads or (column.leads in BY_ID and column.dimension in DIMENSIONS)


@pytest.mark.parametrize(("board", "panel"), PANELS)
def test_a_panel_reads_views_of_whoever_asks(board: Board, panel: Panel) -> None:
    """No base table, no company written into a query, no parameter that nobody gives."""
    sources = re.findall(r"\b(?:from|(?<!array )join)\s+([a-z_]+)", panel.sql)
    given = dict(re.findall(r"\{(\w+):(\w+)\}", panel.sql))

    assert sources and all(name.startswith("v_") for name in sources)
    assert given.items() <= PARAMETERS.items() and "tenant" in given
    assert "tenant = '" not in panel.sql


def test_every_stage_and_kind_of_cost_has_a_name() -> None:
    """Nobody reads an identifier."""
    assert set(STAGES) <= MILESTONES.keys()
    assert {name.split(".")[1] for name in KPIS["cost_external"].numerator} <= SPENDING.keys()
