"""The example of CONTRIBUTING is a panel: it is answered, and Grafana can show it."""

import re
from datetime import date
from pathlib import Path
from typing import Any

from schemas.tenants.config import Tenant
from streams.boards.grafana.panels import drawn
from streams.boards.query import PanelRequest
from streams.boards.spec import Panel
from streams.boards.specs import panels as boards_panels
from tests.boards.expanding import expanded

ROOT = Path(__file__).parent.parent.parent


def example() -> Panel:
    """What the one block of Python of the page makes."""
    (block,) = re.findall(r"```python\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text(), re.DOTALL)
    made = eval(block, vars(boards_panels).copy())
    assert isinstance(made, Panel)
    return made


def test_the_example_of_a_panel_works(client: Any) -> None:
    """Who copies it gets a question in both languages that ClickHouse answers from both renderers."""
    panel = example()
    tenant = Tenant.model_construct(id="recipe", timezone="Asia/Tokyo", currency="JPY")
    about = PanelRequest(tenant=tenant, first=date(2026, 4, 1), last=date(2026, 6, 30), today=date(2026, 6, 30))  # fmt: skip

    assert not client.query(panel.sql, parameters=about.parameters()).result_rows
    for language, title in (("ja", panel.ja), ("en", panel.en)):
        made = drawn(panel, language)
        assert made["title"] == title
        assert not client.query(expanded(made["targets"][0]["rawSql"])).result_rows
