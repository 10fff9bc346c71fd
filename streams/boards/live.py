"""Change notifications for the board page: one polling watcher shared by all readers."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from clickhouse_connect.driver.exceptions import ClickHouseError
from sse_starlette import ServerSentEvent

from schemas.errors import Unavailable

log = logging.getLogger(__name__)

POLL_S = 0.5  # readers learn of a changed cell within two seconds, including their own query
KEEPALIVE_S = 15.0  # proxies close a connection that sends nothing
FRESHNESS = "select tenant, stamp, toUnixTimestamp64Milli(heard) from v_freshness"


@dataclass(frozen=True)
class ChangeStamp:
    """The version stamp of a tenant's numbers, and when its last event arrived (Unix ms)."""

    stamp: str
    last_event_ms: int

    def to_sse(self) -> ServerSentEvent:
        """Encode as a server-sent event."""
        return ServerSentEvent(json.dumps({"stamp": self.stamp, "heard": self.last_event_ms}))


NEVER = ChangeStamp("", 0)


class Watcher:
    """Polls ClickHouse while anyone is subscribed, and keeps polling while ClickHouse is unavailable."""

    def __init__(self, client: Callable[[], Any]) -> None:
        """`client` returns a connection, or raises if ClickHouse is unavailable."""
        self._client = client
        self._stamps: dict[str, ChangeStamp] | None = None
        self._readers = 0
        self._changed = asyncio.Condition()
        self._task: asyncio.Task[None] | None = None

    def readers(self) -> int:
        """Number of current subscribers."""
        return self._readers

    async def follow(self, tenant: str) -> AsyncIterator[ServerSentEvent]:
        """Yield the current stamp, then every change."""
        self._readers += 1
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._watch())
        sent: ChangeStamp | None = None
        try:
            while True:
                async with self._changed:
                    await self._changed.wait_for(lambda: self._stamp(tenant) not in {None, sent})
                if sent := self._stamp(tenant):
                    yield sent.to_sse()
        finally:
            self._readers -= 1

    def _stamp(self, tenant: str) -> ChangeStamp | None:
        """Return the current stamp of a tenant; None until the first one has been read."""
        return None if self._stamps is None else self._stamps.get(tenant, NEVER)

    async def _watch(self) -> None:
        while self._readers:
            try:
                stamps: dict[str, ChangeStamp] | None = await asyncio.to_thread(self._read_stamps)
            except (ClickHouseError, OSError, Unavailable):
                log.warning("freshness unknown", exc_info=True)
                stamps = self._stamps
            if stamps != self._stamps:
                self._stamps = stamps
                async with self._changed:
                    self._changed.notify_all()
            await asyncio.sleep(POLL_S)

    def _read_stamps(self) -> dict[str, ChangeStamp]:
        rows = self._client().query(FRESHNESS).result_rows
        return {tenant: ChangeStamp(stamp, int(heard)) for tenant, stamp, heard in rows}
