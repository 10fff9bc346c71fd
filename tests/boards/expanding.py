"""Expansion of a query as done by Grafana and its ClickHouse data source before it is sent."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

# `encodeURIComponent`, plus the five characters that only Grafana's `percentencode` escapes.
FORMATS: dict[str, Callable[[str], str]] = {
    "percentencode": lambda value: quote(value, safe="-_.~"),
    "singlequote": lambda value: "'" + value.replace("'", "\\'") + "'",
    "raw": str,
}
DEFAULT_VARIABLES = {
    "tenant": "grafana",
    "zone": "Asia/Tokyo",
    "minor": "1",
    "dimension": "total",
    "member": "all",
    "kpi": "hires",
}
FROM = datetime(2026, 3, 31, 15, tzinfo=UTC)  # 2026-04-01 00:00 in Tokyo
TO = datetime(2026, 6, 30, 14, 59, 59, tzinfo=UTC)  # 2026-06-30 23:59:59 there


def expand(sql: str, first: datetime = FROM, last: datetime = TO, **variables: str) -> str:
    """Expand variables in their formats and the plugin's macros as in its `macros.go`."""
    values = DEFAULT_VARIABLES | variables
    expanded = re.sub(r"\$\{(\w+):(\w+)\}", lambda m: FORMATS[m[2]](values[m[1]]), sql)
    for macro, instant in (("fromTime", first), ("toTime", last)):
        expanded = re.sub(rf"\$__{macro}\b", f"toDateTime({int(instant.timestamp())})", expanded)
    return expanded


def dashboard_queries(board: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield every query of a dashboard with its title: panels, variables and annotations."""
    for panel in board["panels"]:
        for target in panel.get("targets", ()):
            yield f"{panel['title']} {target['refId']}", target["rawSql"]
    for variable in board["templating"]["list"]:
        if variable["type"] == "query":
            yield variable["name"], variable["query"]
    for annotation in board["annotations"]["list"]:
        yield annotation["name"], annotation["target"]["rawSql"]
