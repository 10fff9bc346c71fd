"""The dispatcher: sends all active breaches to every Alertmanager repeatedly, so that no delivery state is stored."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from datetime import datetime
from functools import partial
from typing import Any

import stamina

from schemas.alerting.breach import Breach
from schemas.errors import Malformed, Unavailable
from schemas.kafka.topics import KPI_BREACHES
from sinks import alertmanager
from sinks.metrics import DispatcherMetrics
from streams.alerting.alert_payload import RESEND_INTERVAL, ActiveBreaches, Links, to_alert
from streams.alerting.breach_log import decode_breach
from streams.configuration.settings import Settings
from streams.kafka.committed_reader import read_to_end, start_consumer

log = logging.getLogger(__name__)

MIN_BACKOFF_S, MAX_BACKOFF_S = 0.2, 5.0
Clock = Callable[[], datetime]


class Broadcast:
    """Wakes all waiting tasks when something has changed."""

    def __init__(self) -> None:
        """Start without waiting tasks."""
        self._waiting: set[asyncio.Event] = set()

    def notify(self) -> None:
        """Wake all waiting tasks."""
        for event in self._waiting:
            event.set()

    async def wait(self, seconds: float, changed: Callable[[], bool]) -> None:
        """Wait until notified or for `seconds`; return at once if `changed` is already true."""
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            if not changed():
                await asyncio.wait_for(event.wait(), seconds)
        except TimeoutError:
            return
        finally:
            self._waiting.discard(event)


async def dispatch(
    settings: Settings, metrics: DispatcherMetrics, links: Links, clock: Clock
) -> None:
    """Dispatch forever; retry an unreachable Alertmanager forever, and raise if Kafka is unreachable."""
    active, broadcast = ActiveBreaches(), Broadcast()
    consumer = await start_consumer(settings.kafka_access, KPI_BREACHES.name)
    tasks: list[asyncio.Task[None]] = []
    try:
        async for record in read_to_end(consumer):
            _apply(active, record.value)
        metrics.ready.set(1)
        if not settings.alertmanager_addresses:
            log.warning("alerts are not sent: HIRELAY_ALERTMANAGERS is empty")
        senders = [
            AlertmanagerSender(address, str(number), active, links)
            for number, address in enumerate(settings.alertmanager_addresses)
        ]
        for number, _ in enumerate(senders):
            metrics.register(str(number))
        tasks += [asyncio.create_task(sender.run(broadcast, metrics, clock)) for sender in senders]
        while True:
            await _poll(consumer, active, broadcast)
            for task in [task for task in tasks if task.done()]:
                task.result()
    finally:
        for task in tasks:
            task.cancel()
        await consumer.stop()


async def _poll(consumer: Any, active: ActiveBreaches, broadcast: Broadcast) -> None:
    for records in (await consumer.getmany(timeout_ms=1000)).values():
        for record in records:
            _apply(active, record.value)
        broadcast.notify()


def _apply(active: ActiveBreaches, value: bytes) -> None:
    try:
        active.add(decode_breach(value))
    except Malformed as problem:
        log.warning("breach record unreadable", extra={"reason": str(problem)[:200]})


class AlertmanagerSender:
    """Sends to one Alertmanager. It remembers only which endings that instance has accepted."""

    def __init__(self, address: str, name: str, active: ActiveBreaches, links: Links) -> None:
        """Start with nothing sent."""
        self._address, self._name = address, name
        self._active, self._links = active, links
        self._ended: set[str] = set()

    async def run(self, broadcast: Broadcast, metrics: DispatcherMetrics, clock: Clock) -> None:
        """Send forever: changes at once, everything every `RESEND_INTERVAL`; back off while the instance is unreachable."""
        while True:
            version = await self._retry(partial(self._send, metrics, clock))
            await broadcast.wait(
                RESEND_INTERVAL.total_seconds(), partial(self._has_changed, version)
            )

    async def _retry(self, send: Callable[[], Coroutine[Any, Any, int]]) -> int:
        retry = stamina.AsyncRetryingCaller(
            attempts=None,
            timeout=None,
            wait_initial=MIN_BACKOFF_S,
            wait_max=MAX_BACKOFF_S,
            wait_jitter=MIN_BACKOFF_S,
        )
        return await retry(Unavailable, send)

    async def _send(self, metrics: DispatcherMetrics, clock: Clock) -> int:
        """Send what is due now and return its version; raise Unavailable."""
        version, now = self._active.version, clock()
        due = self._active.due(now, self._ended)
        alerts = [to_alert(breach, self._links, now) for breach in due]
        try:
            await asyncio.to_thread(alertmanager.post, self._address, alerts)
        except Unavailable as problem:
            metrics.posts.labels(self._name, "failed").inc()
            log.warning(
                "alertmanager did not accept the alerts", extra={"reason": str(problem)[:200]}
            )
            raise
        metrics.posts.labels(self._name, "taken").inc()
        metrics.last_success.labels(self._name).set_to_current_time()
        self._mark_sent(due)
        return version

    def _mark_sent(self, breaches: list[Breach]) -> None:
        for breach in breaches:
            if breach.active:
                self._ended.discard(breach.id)
            else:
                self._ended.add(breach.id)

    def _has_changed(self, version: int) -> bool:
        return self._active.version != version
