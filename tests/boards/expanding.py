"""What Grafana and its ClickHouse data source make of a query before it is sent."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

# `encodeURIComponent`, and the five characters that it leaves alone and Grafana's `percentencode` does not.
FORMATS: dict[str, Callable[[str], str]] = {
    "percentencode": lambda value: quote(value, safe="-_.~"),
    "singlequote": lambda value: "'" + value.replace("'", "\\'") + "'",
    "raw": str,
}
CHOSEN = {
    "tenant": "grafana",
    "zone": "Asia/Tokyo",
    "minor": "1",
    "dimension": "total",
    "member": "all",
    "kpi": "hires",
}
FROM = datetime(2026, 3, 31, 15, tzinfo=UTC)  # 2026-04-01 00:00 in Tokyo
TO = datetime(2026, 6, 30, 14, 59, 59, tzinfo=UTC)  # 2026-06-30 23:59:59 there


def expanded(sql: str, first: datetime = FROM, last: datetime = TO, **chosen: str) -> str:
    """The query as ClickHouse gets it: variables by their formats, macros of the plugin as in its `macros.go`."""
    values = CHOSEN | chosen
    said = re.sub(r"\$\{(\w+):(\w+)\}", lambda m: FORMATS[m[2]](values[m[1]]), sql)
    for macro, instant in (("fromTime", first), ("toTime", last)):
        said = re.sub(rf"\$__{macro}\b", f"toDateTime({int(instant.timestamp())})", said)
    return said


def queries(board: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Every query of a dashboard by what asks it: panels, variables and annotations."""
    for panel in board["panels"]:
        for target in panel.get("targets", ()):
            yield f"{panel['title']} {target['refId']}", target["rawSql"]
    for variable in board["templating"]["list"]:
        if variable["type"] == "query":
            yield variable["name"], variable["query"]
    for annotation in board["annotations"]["list"]:
        yield annotation["name"], annotation["target"]["rawSql"]
