"""Every panel of every board is answered by the real engine, in the columns that it promises."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from schemas.board import NAMES, Panel
from schemas.boards.every import BOARDS
from schemas.cells import ALL, TOTAL
from schemas.rows import PlannedTarget
from schemas.tenancy import Tenant
from sinks.clickhouse.writer import Writer
from streams.boards.asking import Asked, answer, asked
from tests.golden.telling import season
from tests.golden.test_golden import house
from tests.sinks.test_views import write
from tests.vendors.folding import cells

FIRST, LAST = date(2026, 4, 1), date(2026, 6, 30)
COMPANY = "boards"
PANELS = [
    pytest.param(panel, id=f"{board.id}/{panel.id}") for board in BOARDS for panel in board.panels
]
COUNTED_BY_GATEWAYS = "connections"  # its rows come from the gateway, not from the season


@pytest.fixture(scope="module")
def company(client: Any) -> Iterator[Tenant]:
    """The golden season with a target of hires."""
    write(client, COMPANY, cells([season()], house()))
    plan = (date(2026, 4, 1), date(2026, 6, 30), "2026-Q2", 4, 1, "", "", 0)
    Writer(client).plan([PlannedTarget(COMPANY, "hires", TOTAL, ALL, "decision", *plan)])
    yield Tenant.model_construct(id=COMPANY, name="x", timezone="Asia/Tokyo", currency="JPY")
    client.command(f"delete from epoch_cells where tenant = '{COMPANY}'")


@pytest.mark.parametrize("panel", PANELS)
def test_every_panel_is_answered(client: Any, company: Tenant, panel: Panel) -> None:
    """Rows, in the columns of the panel and of their kinds."""
    about = Asked(tenant=company, first=FIRST, last=LAST, today=LAST)
    found = client.query(panel.sql, parameters=about.parameters())

    if panel.id == COUNTED_BY_GATEWAYS:
        return
    assert found.result_rows
    assert list(found.column_names) == [column.name for column in panel.columns]
    for row in found.result_rows:
        for column, value in zip(panel.columns, row, strict=True):
            kind = (
                str if column.unit in NAMES else date if column.unit == "period" else (int, float)
            )
            assert value is None or column.unit == "time" or isinstance(value, kind)


def test_a_tile_shows_what_the_view_of_kpis_says(client: Any, company: Tenant) -> None:
    """Fourteen applications were made in April, so the board says fourteen."""
    about = asked({"from": "2026-04-01", "to": "2026-06-30"}, company, LAST)
    headline = BOARDS[0].panels[0]
    shown = {row[0]: row[1:] for row in answer(client, headline, about)}
    view = f"v_kpis(tenant='{COMPANY}', dimension='total', basis='decision', first='{FIRST}', last='{LAST}')"
    said = client.query(f"select kpi, if(thin, null, value) from {view}").result_rows

    assert {name: value for name, value in said if name in shown} == {
        name: row[0] for name, row in shown.items()
    }
    assert shown["offer_accept_rate"][:2] == [None, 5]  # too few to be a rate
