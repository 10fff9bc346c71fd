"""When numbers have changed: one watcher for all readers, who are told within its pace."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from clickhouse_connect.driver.exceptions import ClickHouseError

from schemas.errors import Unavailable

log = logging.getLogger(__name__)

PACE_S = 0.5  # a changed cell is told in less than two seconds with room for the reader's own query
QUIET_S = 15.0  # a line that says nothing is closed by proxies
FRESHNESS = "select tenant, stamp, toUnixTimestamp64Milli(heard) from v_freshness"


@dataclass(frozen=True)
class ChangeStamp:
    """What a page is told: the stamp of the numbers, and when the last event was heard (ms since 1970)."""

    stamp: str
    heard: int

    def line(self) -> str:
        """As a server-sent event."""
        return f"data: {json.dumps({'stamp': self.stamp, 'heard': self.heard})}\n\n"


NEVER = ChangeStamp("", 0)


class Watcher:
    """Looks only while somebody reads; ClickHouse that is away is waited for."""

    def __init__(self, client: Callable[[], Any]) -> None:
        """`client` gives a connection, or raises while there is none."""
        self._client = client
        self._known: dict[str, ChangeStamp] | None = None
        self._readers = 0
        self._changed = asyncio.Condition()
        self._task: asyncio.Task[None] | None = None

    def readers(self) -> int:
        """How many listen."""
        return self._readers

    async def follow(self, tenant: str) -> AsyncIterator[str]:
        """The state now, then every change, then silence said aloud."""
        self._readers += 1
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._watch())
        told: ChangeStamp | None = None
        try:
            while True:
                now = None if self._known is None else self._known.get(tenant, NEVER)
                if now is not None and now != told:
                    told = now
                    yield now.line()
                    continue
                if not await self._change():
                    yield ": still here\n\n"
        finally:
            self._readers -= 1

    async def _change(self) -> bool:
        async with self._changed:
            try:
                await asyncio.wait_for(self._changed.wait(), QUIET_S)
            except TimeoutError:
                return False
        return True

    async def _watch(self) -> None:
        while self._readers:
            try:
                rows: dict[str, ChangeStamp] | None = await asyncio.to_thread(self._look)
            except (ClickHouseError, OSError, Unavailable):
                log.warning("freshness unknown", exc_info=True)
                rows = self._known
            if rows != self._known:
                self._known = rows
                async with self._changed:
                    self._changed.notify_all()
            await asyncio.sleep(PACE_S)

    def _look(self) -> dict[str, ChangeStamp]:
        found = self._client().query(FRESHNESS).result_rows
        return {tenant: ChangeStamp(stamp, int(heard)) for tenant, stamp, heard in found}
