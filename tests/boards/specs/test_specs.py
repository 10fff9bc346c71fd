"""Board specifications: unique panels, both languages, queries on views only."""

import re

import pytest

from schemas.cells import DIMENSIONS
from schemas.kpis.catalogue import BY_ID as KPIS
from streams.boards.spec import PARAMETERS, Board, Panel
from streams.boards.specs.catalogue import BOARDS, BY_ID

PANELS = [
    pytest.param(board, panel, id=f"{board.id}/{panel.id}")
    for board in BOARDS
    for panel in board.panels
]


def test_there_is_a_board_for_each_audience() -> None:
    """There are six boards, with unique panels and questions."""
    assert len(BY_ID) == len(BOARDS) == 6
    for board in BOARDS:
        assert len({panel.id for panel in board.panels}) == len(board.panels)
        assert len({panel.ja for panel in board.panels}) == len(board.panels)
        assert all((board.ja, board.en, board.for_ja, board.for_en))


@pytest.mark.parametrize(("board", "panel"), PANELS)
def test_a_panel_has_its_question_and_definition(board: Board, panel: Panel) -> None:
    """A panel has a question in both languages, a definition, names and numbers, and valid links."""
    assert panel.ja and panel.en.endswith(("?", "?)"))
    assert panel.kpi in KPIS and set(panel.kpis) <= KPIS.keys()
    assert panel.names and panel.numbers
    names = {column.name for column in panel.columns}
    for column in panel.columns:
        assert column.hidden or (column.ja and column.en)
        assert not column.n or column.n in names
        assert not column.leads or (column.leads in BY_ID and column.dimension in DIMENSIONS)


@pytest.mark.parametrize(("board", "panel"), PANELS)
def test_a_panel_reads_views_of_the_requesting_tenant(board: Board, panel: Panel) -> None:
    """Queries read only views, name no tenant and use only known parameters."""
    sources = re.findall(r"\b(?:from|(?<!array )join)\s+([a-z_]+)", panel.sql)
    parameters = dict(re.findall(r"\{(\w+):(\w+)\}", panel.sql))

    assert sources and all(name.startswith("v_") for name in sources)
    assert parameters.items() <= PARAMETERS.items() and "tenant" in parameters
    assert "tenant = '" not in panel.sql
