"""Run one watch or one dispatcher until it is told to stop."""

import asyncio

from sinks.metrics import DispatcherMetrics, WatchMetrics
from streams.alerting.alert_payload import Links
from streams.alerting.dispatcher import dispatch
from streams.alerting.health_server import beside
from streams.alerting.watch import utc_now, watch
from streams.configuration.settings import Settings


def serve_watch(settings: Settings) -> None:
    """Watch until SIGTERM (exit 0) or a failure (exit 1, to be restarted). A second watch ends the first."""
    metrics = WatchMetrics()
    work = watch(settings, metrics, utc_now)
    at = (settings.alerting_host, settings.watch_port)
    asyncio.run(beside(work, metrics.registry, metrics.is_ready, at=at))


def serve_dispatcher(settings: Settings) -> None:
    """Dispatch until SIGTERM (exit 0) or a failure (exit 1, to be restarted). Several may run: what they say is the same."""
    metrics = DispatcherMetrics()
    links = Links(board=settings.board_url, runbook=settings.runbook_url)
    work = dispatch(settings, metrics, links, utc_now)
    at = (settings.alerting_host, settings.dispatcher_port)
    asyncio.run(beside(work, metrics.registry, metrics.is_ready, at=at))
