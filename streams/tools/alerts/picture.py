"""The chart of a breach, or a notice while ClickHouse is unreachable."""

from clickhouse_connect.driver.exceptions import ClickHouseError

from schemas.alerting.breach import Breach
from schemas.errors import Unavailable
from schemas.text.languages import translate
from sinks.clickhouse.client import connect
from streams.configuration.settings import Settings
from streams.reading.breach_weeks import query_weeks
from streams.tools.alerts.weekly_history import draw_chart

UNAVAILABLE = (
    "(ClickHouse に接続できないため、表示できません)",
    "(not shown: ClickHouse does not answer)",
)


def weekly_chart(settings: Settings, breach: Breach) -> list[str]:
    """The lines of the chart in the language of the breach; empty if the breach has none."""
    try:
        client = connect(settings.clickhouse_access)
        return draw_chart(breach, query_weeks(client, breach))
    except (ClickHouseError, OSError, Unavailable):
        return [translate(UNAVAILABLE, breach.language)]
