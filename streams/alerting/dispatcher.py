"""The dispatcher: tells every Alertmanager what goes on, again and again, so that nothing has to be remembered."""

import asyncio
import logging
import random
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from schemas.alerting.breach import Breach
from schemas.errors import Malformed, Unavailable
from schemas.kafka.topics import KPI_BREACHES
from sinks import alertmanager
from sinks.metrics import DispatcherMetrics
from streams.alerting.alert_payload import RESEND, ActiveBreaches, Links, alert
from streams.alerting.breach_log import consumer_of, decoded, up_to_now
from streams.configuration.settings import Settings

log = logging.getLogger(__name__)

LONGEST_PAUSE_S = 5.0
Clock = Callable[[], datetime]


class Broadcast:
    """Wakes everybody who waits when something has changed."""

    def __init__(self) -> None:
        """Nothing has happened yet."""
        self._waiting: set[asyncio.Event] = set()

    def ring(self) -> None:
        """Wake them."""
        for each in self._waiting:
            each.set()

    async def wait(self, seconds: float, already: Callable[[], bool]) -> None:
        """Until it rings, or the time is over, or `already` there is news."""
        bell = asyncio.Event()
        self._waiting.add(bell)
        try:
            if not already():
                await asyncio.wait_for(bell.wait(), seconds)
        except TimeoutError:
            return
        finally:
            self._waiting.discard(bell)


async def dispatch(
    settings: Settings, metrics: DispatcherMetrics, links: Links, clock: Clock
) -> None:
    """Dispatch for ever; an Alertmanager that is away is tried again for ever, a Kafka that is away raises."""
    board, news = ActiveBreaches(), Broadcast()
    consumer = await consumer_of(settings.kafka, KPI_BREACHES.name)
    telling: list[asyncio.Task[None]] = []
    try:
        async for record in up_to_now(consumer):
            _note(board, record.value)
        metrics.ready.set(1)
        if not settings.alertmanager_addresses:
            log.warning("nobody is told: HIRELAY_ALERTMANAGERS is empty")
        mouths = [
            AlertmanagerSender(address, str(number), board, links)
            for number, address in enumerate(settings.alertmanager_addresses)
        ]
        for number, _ in enumerate(mouths):
            metrics.open(str(number))
        telling += [asyncio.create_task(each.tell(news, metrics, clock)) for each in mouths]
        while True:
            await _follow(consumer, board, news)
            for task in [each for each in telling if each.done()]:
                task.result()
    finally:
        for task in telling:
            task.cancel()
        await consumer.stop()


async def _follow(consumer: Any, board: ActiveBreaches, news: Broadcast) -> None:
    for records in (await consumer.getmany(timeout_ms=1000)).values():
        for record in records:
            _note(board, record.value)
        news.ring()


def _note(board: ActiveBreaches, value: bytes) -> None:
    try:
        board.note(decoded(value))
    except Malformed as problem:
        log.warning("breach not understood", extra={"reason": str(problem)[:200]})


class AlertmanagerSender:
    """Tells one Alertmanager. It remembers only which endings that instance has taken."""

    def __init__(self, address: str, name: str, board: ActiveBreaches, links: Links) -> None:
        """Nothing is told yet."""
        self._address, self._name = address, name
        self._board, self._links = board, links
        self._ended: set[str] = set()

    async def tell(self, news: Broadcast, metrics: DispatcherMetrics, clock: Clock) -> None:
        """Tell for ever: at once what is new, everything every `RESEND`; with growing pauses while it is away."""
        pause = 0.1
        while True:
            version, now = self._board.version, clock()
            due = self._board.due(now, self._ended)
            try:
                alerts = [alert(each, self._links, now) for each in due]
                await asyncio.to_thread(alertmanager.post, self._address, alerts)
            except Unavailable as problem:
                metrics.posts.labels(self._name, "failed").inc()
                log.warning("alertmanager did not take it", extra={"reason": str(problem)[:200]})
                pause = min(LONGEST_PAUSE_S, pause * 2)
                await asyncio.sleep(random.uniform(pause / 2, pause))  # noqa: S311 - jitter, no secret
                continue
            pause = 0.1
            metrics.posts.labels(self._name, "taken").inc()
            metrics.told.labels(self._name).set_to_current_time()
            self._remember(due)
            await news.wait(RESEND.total_seconds(), partial(self._is_news, version))

    def _remember(self, told: list[Breach]) -> None:
        for each in told:
            if each.active:
                self._ended.discard(each.id)
            else:
                self._ended.add(each.id)

    def _is_news(self, version: int) -> bool:
        return self._board.version != version
