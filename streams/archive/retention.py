"""Ends what the configuration says ends: soon after the start, after a change of the file, and every hour."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from schemas.kafka.retention import ending_topics
from schemas.tenants.config import Tenancy
from sinks.clickhouse.client import connect
from sinks.clickhouse.retention import end_audit, end_quarantined
from streams.configuration.files import load_tenancy, modification_times
from streams.configuration.settings import Settings
from streams.kafka.topic_retention import set_retention

log = logging.getLogger(__name__)

FIRST_DELAY_S = 20.0  # the archive fills first
CHECK_S = 10.0
MAX_AGE = timedelta(hours=1)


async def keep_retention(settings: Settings, clock: Callable[[], datetime]) -> None:
    """Set and remove until cancelled; a failure is logged and tried again."""
    await asyncio.sleep(FIRST_DELAY_S)
    applied: tuple[tuple[float, ...], datetime] | None = None
    while True:
        files, now = modification_times(settings.config), clock()
        if applied is None or applied[0] != files or now - applied[1] >= MAX_AGE:
            await asyncio.to_thread(_apply, settings, now)
            applied = files, now
        await asyncio.sleep(CHECK_S)


@dataclass(frozen=True)
class EndedData:
    """The topics whose retention was set, and how many rows were removed by table and, after a slash, company."""

    topics: list[str]
    rows: dict[str, int]


def apply_retention(settings: Settings, tenancy: Tenancy, now: datetime) -> EndedData:
    """Set what Kafka keeps and remove what has ended in ClickHouse; raise Unavailable and the driver's errors."""
    topics = set_retention(settings.kafka_access, ending_topics(tenancy.retention))
    rows = {}
    with closing(connect(settings.clickhouse_access)) as client:
        for tenant in tenancy.tenants:
            if (days := tenant.retention.quarantine_days) is not None:
                before = now - timedelta(days=days)
                rows[f"quarantined/{tenant.id}"] = end_quarantined(client, tenant.id, before)
        if (days := tenancy.retention.audit_days) is not None:
            rows["audit_log"] = end_audit(client, now - timedelta(days=days))
    return EndedData(topics, {table: number for table, number in rows.items() if number})


def _apply(settings: Settings, now: datetime) -> None:
    # What should have ended ends an hour later, and the archive must not stop for it.
    try:
        ended = apply_retention(settings, load_tenancy(settings.config), now)
        if ended.topics or ended.rows:
            log.info("retention applied", extra=asdict(ended))
    except Exception as problem:
        log.warning("retention not applied", extra={"reason": str(problem)[:500]})
