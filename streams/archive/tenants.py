"""Publishes the configured tenants for boards, which read only ClickHouse."""

import logging
from typing import Any

from sinks.clickhouse import tenants
from streams.configuration.files import Misconfigured, load_tenancy
from streams.configuration.settings import Settings

log = logging.getLogger(__name__)


def publish_tenants(client: Any, settings: Settings) -> bool:
    """Publish the tenants and return whether they changed; an invalid file changes nothing."""
    if not settings.config.exists():
        return False
    try:
        return tenants.publish(client, load_tenancy(settings.config))
    except Misconfigured as problem:
        log.warning("tenants not loaded", extra={"reason": str(problem)[:500]})
        return False
