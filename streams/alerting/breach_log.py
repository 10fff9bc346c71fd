"""The topic of breaches: read in full, followed, and written only by one watch."""

from collections.abc import Sequence
from typing import Any

from schemas.alerting.breach import Breach
from schemas.alerting.kinds import KINDS
from schemas.did_you_mean import did_you_mean
from schemas.errors import Malformed
from schemas.kafka.topics import KPI_BREACHES
from streams.configuration.kafka_access import KafkaAccess
from streams.kafka import clients
from streams.kafka.committed_reader import read_to_end, start_consumer

TRANSACTIONAL_ID = "hirelay-watch"  # a producer that starts with it fences all earlier ones


class BreachWriter:
    """A transactional writer; a watch that was replaced, frozen or cut off is fenced and can no longer write."""

    def __init__(self, access: KafkaAccess) -> None:
        """Open no connection before `start`."""
        self._access = access
        self._producer: Any = None

    async def start(self) -> None:
        """Become the only writer: whatever is read after this is everything ever written. Raises Unavailable."""
        self._producer = clients.async_producer(
            self._access,
            transactional_id=TRANSACTIONAL_ID,
            transaction_timeout_ms=15_000,
            linger_ms=0,
        )
        await clients.start(self._producer, self._access)

    async def write(self, breaches: Sequence[Breach]) -> None:
        """Write all of them or none; any failure raises, and the watch exits to restart from what is in Kafka."""
        if not breaches:
            return
        async with self._producer.transaction():
            for breach in breaches:
                await self._producer.send(
                    KPI_BREACHES.name, key=breach.key, value=breach.model_dump_json().encode()
                )

    async def stop(self) -> None:
        """Close the connection."""
        if self._producer is not None:
            await self._producer.stop()


async def latest_breaches(access: KafkaAccess) -> list[Breach]:
    """The latest record of every breach; raise Unavailable."""
    consumer = await start_consumer(access, KPI_BREACHES.name)
    try:
        breaches = [decode_breach(record.value) async for record in read_to_end(consumer)]
    finally:
        await consumer.stop()
    return list({(breach.tenant, breach.id): breach for breach in breaches}.values())


def decode_breach(value: bytes) -> Breach:
    """Decode one record; raise Malformed, also for a kind of rule that this version does not have."""
    try:
        breach = Breach.model_validate_json(value)
    except ValueError as error:
        raise Malformed("breach", str(error)[:200]) from error
    if breach.kind not in KINDS:
        raise Malformed(
            "breach", f"no kind of rule {breach.kind!r}{did_you_mean(breach.kind, KINDS)}"
        )
    return breach
