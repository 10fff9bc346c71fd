"""Read and write the epochs: which generation of numbers is live, and what its words mean."""

from datetime import datetime

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError

from schemas.errors import Malformed, Unavailable
from schemas.funnel import fold
from schemas.kafka.epochs import Epoch
from schemas.kafka.topics import EPOCHS, KPI_CELLS
from schemas.tenants.mapping_snapshot import MappingSnapshot

FIRST_FACTS = 1  # what numbers were counted by before epochs were recorded


def group_of(epoch: int) -> str:
    """The consumer group of all workers that count in an epoch."""
    return f"hirelay-funnel-e{epoch}"


class Outdated(Exception):
    """The live numbers were counted by other facts than this version's; only a replay makes them comparable."""


class EpochReader:
    """Follows the record of epochs."""

    def __init__(self, bootstrap: str) -> None:
        """Connect; raise Unavailable when the broker or the topic is not there."""
        self._part = TopicPartition(EPOCHS.name, 0)
        self._found: dict[int, Epoch] = {}
        try:
            self._consumer = KafkaConsumer(
                bootstrap_servers=bootstrap, group_id=None, enable_auto_commit=False
            )
            there = self._consumer.partitions_for_topic(EPOCHS.name)
        except KafkaError as error:
            raise Unavailable("kafka", f"no broker at {bootstrap}") from error
        if not there:
            self.close()
            raise Unavailable("kafka", f"topic {EPOCHS.name} is not there: run `hirelay topics`")
        self._consumer.assign([self._part])
        self._consumer.seek_to_beginning(self._part)

    def read(self) -> dict[int, Epoch]:
        """Every epoch by number, as recorded by now; raise Unavailable while the broker does not answer."""
        try:
            end = self._consumer.end_offsets([self._part])[self._part]
            while self._consumer.position(self._part) < end:
                for records in self._consumer.poll(timeout_ms=500).values():
                    epochs = [_decoded(record.value) for record in records]
                    self._found.update({epoch.number: epoch for epoch in epochs})
        except KafkaError as error:
            raise Unavailable("kafka", f"the epochs cannot be read: {error}") from error
        return self._found

    def close(self) -> None:
        """Disconnect."""
        self._consumer.close()


def read(bootstrap: str) -> dict[int, Epoch]:
    """Every recorded epoch by number; raise Unavailable when the broker or the topic is not there."""
    reader = EpochReader(bootstrap)
    try:
        return reader.read()
    finally:
        reader.close()


def _decoded(value: bytes) -> Epoch:
    try:
        return Epoch.model_validate_json(value)
    except ValueError as error:
        raise Malformed("epoch", str(error)[:200]) from error


def write(bootstrap: str, *epochs: Epoch) -> None:
    """Record epochs in this order; return when the broker has them, raise Unavailable if it does not."""
    try:
        producer = KafkaProducer(bootstrap_servers=bootstrap)
        sent = [
            producer.send(EPOCHS.name, each.model_dump_json().encode(), key=b"%d" % each.number)
            for each in epochs
        ]
        for future in sent:
            future.get(timeout=30)
        producer.close()
    except KafkaError as error:
        raise Unavailable("kafka", f"the epochs were not written: {error}") from error


def live(found: dict[int, Epoch]) -> Epoch | None:
    """The epoch that readers are shown: of those marked live the latest."""
    return max(
        (epoch for epoch in found.values() if epoch.state == "live"),
        key=lambda epoch: epoch.number,
        default=None,
    )


def settled(bootstrap: str, number: int | None, wanted: MappingSnapshot, now: datetime) -> Epoch:
    """The epoch to work in, with everything in `wanted` that is new recorded in it; the first start records epoch 0.

    `number` names one, None asks for the live one. Raises Unavailable, and Outdated when its facts are not ours.
    """
    found = read(bootstrap)
    epoch = live(found) if number is None else found.get(number)
    if epoch is None and number is None:
        epoch = Epoch(
            number=0,
            state="live",
            facts=FIRST_FACTS if _has_cells(bootstrap) else fold.VERSION,
            meaning=MappingSnapshot(),
            changed=now,
        )
    if epoch is None:
        raise Unavailable("epoch", f"there is no epoch {number}; known: {sorted(found)}")
    extended = epoch.meaning.extended(wanted)
    if extended != epoch.meaning or epoch.number not in found:
        epoch = epoch.model_copy(update={"meaning": extended, "changed": now})
        write(bootstrap, epoch)
    if epoch.facts != fold.VERSION:
        msg = (
            f"the numbers of epoch {epoch.number} were counted by version {epoch.facts} of the facts, "
            f"this is version {fold.VERSION}: run `hirelay replay`"
        )
        raise Outdated(msg)
    return epoch


def _has_cells(bootstrap: str) -> bool:
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, group_id=None, enable_auto_commit=False)
    try:
        numbers = consumer.partitions_for_topic(KPI_CELLS.name) or ()
        parts = [TopicPartition(KPI_CELLS.name, number) for number in numbers]
        return any(consumer.end_offsets(parts).values())
    finally:
        consumer.close()
