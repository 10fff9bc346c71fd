"""The panel example in CONTRIBUTING runs in ClickHouse and renders for Grafana."""

import re
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from schemas.kpis.catalogue import BY_ID, placed
from schemas.kpis.definition import Place
from schemas.tenants.config import Tenant
from streams.boards.grafana.panels import render_panel
from streams.boards.query import PanelRequest
from streams.boards.spec import Panel
from streams.boards.specs import panels as boards_panels
from tests.boards.expanding import expand

ROOT = Path(__file__).parent.parent.parent


def example_panel() -> Panel:
    """Evaluate the two Python blocks of CONTRIBUTING: the place of a KPI, and the panel that shows it."""
    text = (ROOT / "CONTRIBUTING.md").read_text()
    place, entry = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    kpi = replace(BY_ID["offers_made"], panels=(eval(place, {"Place": Place}),))
    panel = eval(entry, vars(boards_panels) | {"placed": partial(placed, kpis=(kpi,))})
    assert isinstance(panel, Panel)
    return panel


def test_the_example_of_a_panel_works(client: Any) -> None:
    """The example has titles in both languages, and both renderers' queries run."""
    panel = example_panel()
    tenant = Tenant.model_construct(id="recipe", timezone="Asia/Tokyo", currency="JPY")
    request = PanelRequest(tenant=tenant, first=date(2026, 4, 1), last=date(2026, 6, 30), today=date(2026, 6, 30))  # fmt: skip

    assert not client.query(panel.sql, parameters=request.parameters()).result_rows
    for language, title in (("ja", panel.ja), ("en", panel.en)):
        rendered = render_panel(panel, language)
        assert rendered["title"] == title
        assert not client.query(expand(rendered["targets"][0]["rawSql"])).result_rows
