"""Entry point that runs one relay until it is stopped."""

import asyncio
import os
from datetime import UTC, datetime

from sinks.metrics import RelayMetrics
from streams.configuration.settings import Settings
from streams.health_server import run_with_health_server
from streams.relay.keeper import keep


def serve(settings: Settings) -> None:
    """Keep the ledgers until SIGTERM (exit 0) or a failure (exit 1, to be restarted). A second relay ends the first."""
    metrics = RelayMetrics()
    work = keep(settings, os.environ, metrics, lambda: datetime.now(UTC))
    address = (settings.alerting_host, settings.relay_port)
    asyncio.run(run_with_health_server(work, metrics.registry, metrics.is_ready, address=address))
