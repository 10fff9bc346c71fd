"""The picture of a breach, or the sentence that stands in its place while ClickHouse is away."""

from clickhouse_connect.driver.exceptions import ClickHouseError

from schemas.breach import Breach
from schemas.errors import Unavailable
from sinks.clickhouse.client import connect
from streams.settings import Settings
from streams.tools.alerts import weeks as windows

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
