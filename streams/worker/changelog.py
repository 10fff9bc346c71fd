"""Our producer for changelogs and quarantine: idempotent, full batches, every record acknowledged or an error."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from streams.configuration.kafka_access import KafkaAccess
from streams.kafka import clients
from streams.worker.cell_table import Rows

BATCH_BYTES = 900_000
TURN_ROWS = 500  # rows after which the event loop gets its turn


Header = tuple[str, bytes]


class ChangelogProducer:
    """Returns from a write only when the broker has acknowledged all of it; any failure raises and ends the worker."""

    def __init__(self, access: KafkaAccess) -> None:
        """Open nothing before `start`."""
        self._producer: Any = None
        self._access = access

    async def start(self) -> None:
        """Connect; raise Unavailable when no broker answers or it refuses the client."""
        self._producer = clients.async_producer(
            self._access,
            enable_idempotence=True,
            acks="all",
            compression_type="zstd",
            max_batch_size=BATCH_BYTES,
            max_request_size=8 * 1024 * 1024,
            linger_ms=0,
            request_timeout_ms=30_000,
        )
        await clients.start(self._producer, self._access)

    async def stop(self) -> None:
        """Close the connection; nothing is pending, because every write waits for its acknowledgement."""
        if self._producer is not None:
            await self._producer.stop()

    async def write(
        self, topic: str, partition: int, rows: Rows, end: Sequence[Header] = ()
    ) -> int:
        """Append rows to one partition of a changelog, the last one with headers `end`; return its offset."""
        pending = []
        now = int(time.time() * 1000)
        builder = self._producer.create_batch()
        for number, (key, value) in enumerate(rows, 1):
            record = {"key": key, "value": value, "timestamp": now}
            if number == len(rows):
                record["headers"] = list(end)
            if builder.append(**record) is None:
                pending.append(await self._send(builder, topic, partition))
                builder = self._producer.create_batch()
                builder.append(**record)
            if number % TURN_ROWS == 0:
                await asyncio.sleep(0)
        pending.append(await self._send(builder, topic, partition))
        last = -1
        for count, future in pending:
            last = max(last, (await future).offset + count - 1)
        return last

    async def _send(
        self, builder: Any, topic: str, partition: int
    ) -> tuple[int, "asyncio.Future[Any]"]:
        count = builder.record_count()
        return count, await self._producer.send_batch(builder, topic, partition=partition)

    async def send(self, topic: str, key: bytes, value: bytes) -> None:
        """Send one record and wait for its acknowledgement."""
        await self._producer.send_and_wait(topic, key=key, value=value)
