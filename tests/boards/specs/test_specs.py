"""Board specifications: unique panels, both languages, queries on views only."""

import ast
import re
from pathlib import Path

import pytest

from schemas.cells import DIMENSIONS
from schemas.kpis.catalogue import BY_ID as KPIS
from schemas.kpis.definition import Kpi
from streams.boards.spec import PARAMETERS, Board, Panel
from streams.boards.specs.catalogue import BOARDS, BY_ID

BOARD_ROOM = Path(__file__).parents[3] / "streams/boards"
PANELS = [
    pytest.param(board, panel, id=f"{board.id}/{panel.id}")
    for board in BOARDS
    for panel in board.panels
]


SURVEY = "survey"  # its scores are in no KPI


def test_there_is_a_board_for_each_audience() -> None:
    """There are six boards, with unique panels and questions."""
    assert len(BY_ID) == len(BOARDS) == 7
    for board in BOARDS:
        assert len({panel.id for panel in board.panels}) == len(board.panels)
        assert len({panel.ja for panel in board.panels}) == len(board.panels)
        assert all((board.ja, board.en, board.for_ja, board.for_en))


@pytest.mark.parametrize(("board", "panel"), PANELS)
def test_a_panel_has_its_question_and_definition(board: Board, panel: Panel) -> None:
    """A panel has a question in both languages, a definition, names and numbers, and valid links."""
    assert panel.ja and panel.en.endswith(("?", "?)"))
    assert set(panel.kpis) <= KPIS.keys()
    assert panel.kpis or panel.id == SURVEY
    assert panel.names and panel.numbers
    names = {column.name for column in panel.columns}
    for column in panel.columns:
        assert column.hidden or (column.ja and column.en)
        assert not column.n or column.n in names
        assert not column.leads or (column.leads in BY_ID and column.dimension in DIMENSIONS)


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.id)
def test_a_kpi_has_one_basis_on_a_board(board: Board) -> None:
    """No board shows two numbers under the name of one KPI: each is counted on one basis there."""
    bases: dict[str, set[str]] = {}
    for panel in board.panels:
        for kpi in () if panel.kind == "triangle" else panel.kpis:
            bases.setdefault(kpi, set()).add(panel.basis)

    assert {kpi: found for kpi, found in bases.items() if len(found - {"now"}) > 1} == {}


@pytest.mark.parametrize(("board", "panel"), PANELS)
def test_a_panel_reads_views_of_the_requesting_tenant(board: Board, panel: Panel) -> None:
    """Queries read only views, name no tenant and use only known parameters."""
    sources = re.findall(r"\b(?:from|(?<!array )join)\s+([a-z_]+)", panel.sql)
    parameters = dict(re.findall(r"\{(\w+):(\w+)\}", panel.sql))

    assert sources and all(name.startswith("v_") for name in sources)
    assert parameters.items() <= PARAMETERS.items() and "tenant" in parameters
    assert "tenant = '" not in panel.sql


@pytest.mark.parametrize("kpi", KPIS.values(), ids=lambda kpi: kpi.id)
def test_a_kpi_stands_on_every_panel_that_it_names(kpi: Kpi) -> None:
    """A place of a KPI is a panel of a board, and that panel shows the KPI or is defined by it."""
    for place in kpi.panels:
        board_id, _, panel_id = place.panel.partition("/")
        panels = [
            panel
            for board in BOARDS
            if board_id in (board.id, "shared")
            for panel in board.panels
            if panel.id == panel_id
        ]
        assert panels
        assert all(kpi.id in panel.kpis or f"'{kpi.id}'" in panel.sql for panel in panels)


@pytest.mark.parametrize(("board", "panel"), PANELS)
def test_the_kpis_of_a_panel_have_distinct_places_on_it(board: Board, panel: Panel) -> None:
    """The KPIs that name a panel have their own positions on it, and it shows or is defined by those of its board alone."""
    places = [
        (kpi.id, place.order)
        for kpi in KPIS.values()
        for place in kpi.panels
        if place.panel in (f"{board.id}/{panel.id}", f"shared/{panel.id}")
    ]

    on_board = {
        kpi.id
        for kpi in KPIS.values()
        for place in kpi.panels
        if place.panel.startswith((f"{board.id}/", "shared/"))
    }

    assert len({order for _, order in places}) == len(places)
    assert set(panel.kpis) <= on_board


def test_no_board_writes_down_the_id_of_a_kpi() -> None:
    """Boards take KPIs from their places, so no query or list can name one that is misspelt or deleted."""
    strings = [
        node.value
        for path in BOARD_ROOM.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]

    assert not [
        text for text in strings if text in KPIS or re.search(r"\bkpi (=|in \() *'\w", text)
    ]
