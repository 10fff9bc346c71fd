"""Entry points that run one watch or one dispatcher until it is stopped."""

import asyncio

from sinks.metrics import DispatcherMetrics, WatchMetrics
from streams.alerting.alert_payload import Links
from streams.alerting.dispatcher import dispatch
from streams.alerting.watch import utc_now, watch
from streams.configuration.settings import Settings
from streams.health_server import run_with_health_server


def serve_watch(settings: Settings) -> None:
    """Watch until SIGTERM (exit 0) or a failure (exit 1, to be restarted). A second watch ends the first."""
    metrics = WatchMetrics()
    work = watch(settings, metrics, utc_now)
    address = (settings.alerting_host, settings.watch_port)
    asyncio.run(run_with_health_server(work, metrics.registry, metrics.is_ready, address=address))


def serve_dispatcher(settings: Settings) -> None:
    """Dispatch until SIGTERM (exit 0) or a failure (exit 1, to be restarted). Several may run: they send the same alerts."""
    metrics = DispatcherMetrics()
    links = Links(board=settings.board_url, runbook=settings.runbook_url)
    work = dispatch(settings, metrics, links, utc_now)
    address = (settings.alerting_host, settings.dispatcher_port)
    asyncio.run(run_with_health_server(work, metrics.registry, metrics.is_ready, address=address))
