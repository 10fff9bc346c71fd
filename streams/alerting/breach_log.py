"""The topic of breaches: read in full, followed, and written only by one watch."""

from collections.abc import Sequence

from schemas.alerting.breach import Breach
from schemas.alerting.kinds import KINDS
from schemas.did_you_mean import did_you_mean
from schemas.errors import Malformed
from schemas.kafka.topics import KPI_BREACHES
from streams.configuration.kafka_access import KafkaAccess
from streams.kafka.committed_reader import read_to_end, start_consumer
from streams.kafka.transactional import TransactionalWriter

TRANSACTIONAL_ID = "hirelay-watch"


class BreachWriter:
    """The only writer of breaches."""

    def __init__(self, access: KafkaAccess) -> None:
        """Open no connection before `start`."""
        self._writer = TransactionalWriter(access, TRANSACTIONAL_ID)

    async def start(self) -> None:
        """Fence every earlier writer. Raises Unavailable."""
        await self._writer.start()

    async def write(self, breaches: Sequence[Breach]) -> None:
        """Write all of them or none; any failure raises, and the watch exits to restart from what is in Kafka."""
        if breaches:
            pairs = ((breach.key, breach.model_dump_json().encode()) for breach in breaches)
            await self._writer.write(KPI_BREACHES.name, pairs)

    async def stop(self) -> None:
        """Close the connection."""
        await self._writer.stop()


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
