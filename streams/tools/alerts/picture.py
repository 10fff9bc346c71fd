"""The picture of a breach, or the sentence that stands in its place while ClickHouse is away."""

from clickhouse_connect.driver.exceptions import ClickHouseError

from schemas.alerting.breach import Breach
from schemas.errors import Unavailable
from sinks.clickhouse.client import connect
from streams.configuration.settings import Settings
from streams.tools.alerts import weekly_history as windows

AWAY = {
    "ja": "(ClickHouse に接続できないため、表示できません)",
    "en": "(not shown: ClickHouse does not answer)",
}


def weeks(settings: Settings, breach: Breach, language: str) -> list[str]:
    """The lines of the picture; none for what has none."""
    try:
        client = connect(settings.clickhouse, settings.clickhouse_password)
        return windows.picture(breach, windows.weeks(client, breach))
    except (ClickHouseError, OSError, Unavailable):
        return [AWAY[language]]
