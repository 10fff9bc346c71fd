"""The configured companies, for boards that read nothing but ClickHouse."""

import logging
from typing import Any

from sinks.clickhouse import tenants
from streams.configuration.files import Misconfigured, load_tenancy
from streams.configuration.settings import Settings

log = logging.getLogger(__name__)


def publish_tenants(client: Any, settings: Settings) -> bool:
    """Publish them and return whether they were others; a file that cannot be used changes nothing."""
    if not settings.config.exists():
        return False
    try:
        return tenants.publish(client, load_tenancy(settings.config))
    except Misconfigured as problem:
        log.warning("companies not taken up", extra={"reason": str(problem)[:500]})
        return False
