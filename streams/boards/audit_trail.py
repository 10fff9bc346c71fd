"""Writes who signed in and who was refused into the audit log, in the background and within a limit."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from schemas.errors import Unavailable
from schemas.kafka.audit import AuditAction, AuditRecord

log = logging.getLogger(__name__)

MAX_RECORDS = 60  # a minute; records are kept for ever, and anybody can be refused
MAX_WAITING = 1_000  # while Kafka does not answer
RETRY_S = 5.0

Write = Callable[[Sequence[AuditRecord]], None]


class AuditTrail:
    """The audit log as a server of many requests uses it; every record is a line of the process log too."""

    def __init__(self, write: Write, clock: Callable[[], datetime]) -> None:
        """`write` returns once the records are kept, and raises Unavailable; it runs in a thread."""
        self._write = write
        self._clock = clock
        self._waiting: list[AuditRecord] = []
        self._minute: datetime | None = None
        self._written = self._left_out = 0
        self._task: asyncio.Task[None] | None = None

    def note(self, action: AuditAction, by: str, subject: str, detail: str = "") -> None:
        """Keep one record soon; beyond the limit only their number is kept."""
        log.warning("%s: %s", action, subject, extra={"by": by, "detail": detail})
        now = self._clock()
        if self._minute is None or now - self._minute >= timedelta(minutes=1):
            self._begin_minute(now)
        if self._written >= MAX_RECORDS or len(self._waiting) >= MAX_WAITING:
            self._left_out += 1
            return
        self._written += 1
        self._add(now, action, by, subject, detail)

    def _begin_minute(self, now: datetime) -> None:
        self._minute, self._written = now, 0
        if self._left_out:
            self._add(now, "refused", "unknown", f"{self._left_out} more", "within a minute")
            self._left_out = 0

    def _add(self, at: datetime, action: AuditAction, by: str, subject: str, detail: str) -> None:
        record = AuditRecord(
            tenant="",
            at=at,
            by=by or "unknown",
            action=action,
            subject=subject,
            detail=detail[:500],
        )
        self._waiting.append(record)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._drain())

    async def _drain(self) -> None:
        while batch := self._waiting[:]:
            try:
                await asyncio.to_thread(self._write, batch)
            except Unavailable as error:
                log.warning("audit log away", extra={"reason": str(error), "waiting": len(batch)})
                await asyncio.sleep(RETRY_S)
            else:
                del self._waiting[: len(batch)]

    async def flush(self) -> None:
        """Wait until everything is kept."""
        if self._task is not None:
            await self._task
