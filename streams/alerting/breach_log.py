"""The topic of breaches: read as a whole, followed, and written by one watch alone."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaError

from schemas.alerting.breach import Breach
from schemas.errors import Malformed, Unavailable
from schemas.kafka.topics import KPI_BREACHES

WRITER = "hirelay-watch"  # the transactional id: who starts under it ends the right of all before to write


class BreachWriter:
    """Writes in transactions; a watch that another one has followed, frozen or cut off, can write no more."""

    def __init__(self, bootstrap: str) -> None:
        """Nothing is opened before `start`."""
        self._bootstrap = bootstrap
        self._producer: Any = None

    async def start(self) -> None:
        """Become the only writer: what is read after this is all that was ever written. Raises Unavailable."""
        self._producer = AIOKafkaProducer(
            bootstrap_servers=self._bootstrap,
            transactional_id=WRITER,
            transaction_timeout_ms=15_000,
            linger_ms=0,
        )
        try:
            await self._producer.start()
        except KafkaError as error:
            await self._producer.stop()
            raise Unavailable("kafka", str(error)[:200]) from error

    async def write(self, breaches: Sequence[Breach]) -> None:
        """All of them or none; any failure raises, and the watch ends to start anew from what stands."""
        if not breaches:
            return
        async with self._producer.transaction():
            for each in breaches:
                await self._producer.send(
                    KPI_BREACHES.name, key=each.key, value=each.model_dump_json().encode()
                )

    async def stop(self) -> None:
        """Close the connection."""
        if self._producer is not None:
            await self._producer.stop()


async def consumer_of(bootstrap: str, *topics: str) -> Any:
    """A consumer of whole topics from their beginning, without a group, of committed records; raise Unavailable."""
    consumer = AIOKafkaConsumer(
        *topics,
        bootstrap_servers=bootstrap,
        group_id=None,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        max_partition_fetch_bytes=8 * 1024 * 1024,
        fetch_max_wait_ms=250,
    )
    try:
        await consumer.start()
    except KafkaError as error:
        await consumer.stop()
        raise Unavailable("kafka", str(error)[:200]) from error
    return consumer


async def up_to_now(consumer: Any) -> AsyncIterator[Any]:
    """Every record that stands when this is called, and maybe some that came after."""
    ends = await consumer.end_offsets(consumer.assignment())
    while any([await consumer.position(part) < end for part, end in ends.items()]):
        for records in (await consumer.getmany(timeout_ms=200)).values():
            for record in records:
                yield record


def last_heard(consumer: Any) -> float:
    """When every partition was last answered for, in seconds since 1970, with records or without; 0 before."""
    return min(consumer.last_poll_timestamp(part) or 0 for part in consumer.assignment()) / 1000


async def all_breaches(bootstrap: str) -> list[Breach]:
    """The newest record of every breach; raise Unavailable."""
    consumer = await consumer_of(bootstrap, KPI_BREACHES.name)
    try:
        found = [decoded(record.value) async for record in up_to_now(consumer)]
    finally:
        await consumer.stop()
    return list({(each.tenant, each.id): each for each in found}.values())


def decoded(value: bytes) -> Breach:
    """One record; raise Malformed."""
    try:
        return Breach.model_validate_json(value)
    except ValueError as error:
        raise Malformed("breach", str(error)[:200]) from error
