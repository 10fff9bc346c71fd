"""Grafana's queries over the golden season: milliseconds each, beside the page's query of the same panel."""

import statistics
import time
from collections.abc import Callable
from datetime import date
from typing import Any

from schemas.tenants.config import Tenant
from streams.boards.grafana.dashboard import dashboards
from streams.boards.query import PanelRequest
from streams.boards.specs.catalogue import BOARDS
from tests.boards.expanding import dashboard_queries, expand
from tests.boards.test_grafana_sql import COMPANY, FIRST, LAST, company  # noqa: F401 - a fixture

RUNS = 5
LIMIT_S = 0.3  # per query


def median_s(run: Callable[[], Any]) -> float:
    """Return the median seconds of several runs."""
    seconds = []
    for _ in range(RUNS):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def test_every_query_is_answered_in_time(client: Any, company: Tenant) -> None:  # noqa: F811
    """Every query of a panel, variable or annotation takes less than 300 ms."""
    request = PanelRequest(tenant=company, first=FIRST, last=LAST, today=date(2027, 1, 1))
    parameters = request.parameters()
    page = {
        panel.ja: median_s(lambda sql=panel.sql: client.query(sql, parameters=parameters))
        for board in BOARDS
        for panel in board.panels
    }
    slow = []
    for name, board in dashboards("ja").items():
        for title, sql in dashboard_queries(board):
            seconds = median_s(lambda sql=sql: client.query(expand(sql)))
            beside = f"{1000 * page[title]:6.0f} ms on the page" if title in page else ""
            print(f"{1000 * seconds:6.0f} ms  {beside:20}  {name}: {title}")
            if seconds >= LIMIT_S:
                slow.append((name, title, seconds))

    assert company.id == COMPANY and slow == []
