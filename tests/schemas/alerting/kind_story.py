"""The way of one rule from its file to its chart, as JSON; run in a tree whose kinds include the rule's."""

import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

from schemas.alerting.alert_texts import description, summary
from schemas.alerting.breach import Breach
from schemas.cells import Cell, CellKey, encode_cell, encode_key
from schemas.instants import day_number
from schemas.tenants.config import Secret, Tenancy, Tenant
from sinks.clickhouse.access import ClickHouseAccess
from sinks.clickhouse.client import connect
from sinks.clickhouse.migrate import migrate
from sinks.clickhouse.writer import Writer
from streams.alerting.alert_payload import Links, to_alert
from streams.alerting.breach_log import decode_breach
from streams.alerting.cells import CellSums
from streams.alerting.judge import Judge
from streams.archive.rows import RecordPosition, cell_rows
from streams.configuration.alerts import load_alerts
from streams.reading.breach_weeks import query_weeks
from streams.tools.alerts.read import build_history
from streams.tools.alerts.text import Audience, render_explanation
from streams.tools.alerts.weekly_history import draw_chart
from streams.tools.backtest.backtest import run_backtest
from streams.tools.backtest.text import advice

NOW = datetime.fromisoformat("2026-04-10T03:00:00+00:00")
TODAY = NOW.date()
DAYS = {"2026-04-01": 2, "2026-04-08": 3, "2026-04-09": 4}  # withdrawals


def records() -> list[tuple[bytes, bytes]]:
    """The company's cells as the worker writes them."""
    return [
        (
            encode_key(
                CellKey("acme", "total", "all", day_number(date.fromisoformat(day)), "decision")
            ),
            encode_cell(Cell(offset, {"withdrawn": n})),
        )
        for offset, (day, n) in enumerate(DAYS.items())
    ]


def story(directory: Path, rules: str) -> dict[str, Any]:
    """The texts, record, alert, explanation and backtest of the only breach of the only rule in `rules`, as YAML."""
    key = Secret(env="KEY")
    acme = Tenant(id="acme", name="Acme", language="en", quarantine_key=key, person_key=key)
    tenancy = Tenancy(tenants=(acme,))
    (directory / "alerts.yaml").write_text(rules)
    loaded = load_alerts(directory / "alerts.yaml", tenancy)
    sums, judge = CellSums(loaded), Judge(loaded, tenancy)
    client = connect(ClickHouseAccess(url=f"chdb://{directory / 'clickhouse'}"))
    migrate(client)
    for offset, (key_, value) in enumerate(records()):
        sums.apply(0, key_, value)
        position = RecordPosition("kpi-cells", 0, offset)
        Writer(client).write(cell_rows(position, key_, value), f"cell-{offset}")
    (breach,) = judge.changes(sums, None, lambda _: TODAY, NOW)
    record = breach.model_dump_json()
    (result,) = run_backtest(client, loaded.rules, 10, lambda _: TODAY)
    audience = Audience(language="", tenancy=tenancy, links=Links())
    chart = draw_chart(breach, query_weeks(client, breach))
    ja = breach.model_copy(update={"language": "ja"})
    return {
        "kind": json.loads(record)["kind"],
        "read back": decode_breach(record.encode()) == breach == Breach.model_validate(breach),
        "texts": [[summary(text), description(text)] for text in (ja, breach)],
        "alert": to_alert(breach, Links(), NOW)["labels"]["alertname"],
        "chart": chart,
        "explained": render_explanation(breach, build_history([breach], []), audience, chart, "-"),
        "backtest": [result.rule.describe(), result.summary, result.open_now, advice(result)],
    }


if __name__ == "__main__":
    print(json.dumps(story(Path(sys.argv[1]), sys.stdin.read()), ensure_ascii=False))
