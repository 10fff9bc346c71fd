"""Read and write epochs: which generation of numbers is live, and the mapping it was counted with."""

from datetime import datetime

from kafka import TopicPartition
from kafka.errors import KafkaError

from schemas.errors import Malformed, Unavailable
from schemas.funnel import fold
from schemas.kafka.epochs import REPLAY_KEY, Epoch
from schemas.kafka.topics import EPOCHS, KPI_CELLS
from schemas.tenants.mapping_snapshot import MappingSnapshot
from streams.configuration.kafka_access import KafkaAccess
from streams.kafka import clients

LEGACY_FOLD_VERSION = 1  # the fold version of numbers counted before epochs were recorded


def consumer_group(epoch: int) -> str:
    """Return the name of the consumer group shared by all workers of an epoch."""
    return f"hirelay-funnel-e{epoch}"


class OutdatedEpoch(Exception):
    """The live numbers were counted with another fold version, or of events that were rewritten: they need a replay."""


class EpochReader:
    """Reads the epochs topic and follows it."""

    def __init__(self, access: KafkaAccess) -> None:
        """Connect; raise Unavailable when the broker cannot be reached or the topic does not exist."""
        self._partition = TopicPartition(EPOCHS.name, 0)
        self._epochs: dict[int, Epoch] = {}
        self._last_records: dict[int, Epoch] = {}
        self._consumer = clients.consumer(access)
        try:
            partitions = self._consumer.partitions_for_topic(EPOCHS.name)
        except KafkaError as error:
            self.close()
            raise Unavailable("kafka", f"no broker at {access.bootstrap}") from error
        if not partitions:
            self.close()
            raise Unavailable("kafka", f"topic {EPOCHS.name} does not exist: run `hirelay topics`")
        self._consumer.assign([self._partition])
        self._consumer.seek_to_beginning(self._partition)

    def read(self) -> dict[int, Epoch]:
        """Return all epochs recorded so far, by number; raise Unavailable while the broker does not answer."""
        try:
            end = self._consumer.end_offsets([self._partition])[self._partition]
            while self._consumer.position(self._partition) < end:
                for records in self._consumer.poll(timeout_ms=500).values():
                    for record in records:
                        if record.key != REPLAY_KEY:
                            self._add(_decode(record.value))
        except KafkaError as error:
            raise Unavailable("kafka", f"reading the epochs failed: {error}") from error
        return self._epochs

    def is_settled(self, number: int) -> bool:
        """Return whether the last record of an epoch, the only one that compaction keeps, knows all its mappings."""
        return self._last_records[number].meaning == self._epochs[number].meaning

    def _add(self, epoch: Epoch) -> None:
        self._last_records[epoch.number] = epoch
        self._epochs[epoch.number] = epoch.following(self._epochs.get(epoch.number))

    def close(self) -> None:
        """Disconnect."""
        self._consumer.close()


def read(access: KafkaAccess) -> dict[int, Epoch]:
    """Return all recorded epochs by number; raise Unavailable when the broker or the topic is missing."""
    reader = EpochReader(access)
    try:
        return reader.read()
    finally:
        reader.close()


def _decode(value: bytes) -> Epoch:
    try:
        return Epoch.model_validate_json(value)
    except ValueError as error:
        raise Malformed("epoch", str(error)[:200]) from error


def write(access: KafkaAccess, *epochs: Epoch) -> None:
    """Write epochs in this order and wait for acknowledgement; raise Unavailable when that fails."""
    try:
        producer = clients.producer(access)
        futures = [
            producer.send(EPOCHS.name, epoch.model_dump_json().encode(), key=b"%d" % epoch.number)
            for epoch in epochs
        ]
        for future in futures:
            future.get(timeout=30)
        producer.close()
    except KafkaError as error:
        raise Unavailable("kafka", f"writing the epochs failed: {error}") from error


def live_epoch(epochs: dict[int, Epoch]) -> Epoch | None:
    """Return the epoch that readers see: the latest one marked live."""
    return max(
        (epoch for epoch in epochs.values() if epoch.state == "live"),
        key=lambda epoch: epoch.number,
        default=None,
    )


def ensure_epoch(
    access: KafkaAccess, number: int | None, mapping: MappingSnapshot, now: datetime
) -> Epoch:
    """Return the epoch to work in, after recording everything in `mapping` that it lacks.

    The first start records epoch 0.

    `number` selects an epoch; None means the live one. Raises Unavailable, and OutdatedEpoch when it was counted
    with another fold version.
    """
    epochs = read(access)
    epoch = live_epoch(epochs) if number is None else epochs.get(number)
    if epoch is None and number is None:
        epoch = _first_epoch(access, now)
    if epoch is None:
        raise Unavailable("epoch", f"there is no epoch {number}; known: {sorted(epochs)}")
    extended = epoch.meaning.extended_with(mapping)
    if extended != epoch.meaning or epoch.number not in epochs:
        epoch = _record(access, epoch.model_copy(update={"meaning": extended, "changed": now}))
    if epoch.facts != fold.VERSION:
        msg = (
            f"the numbers of epoch {epoch.number} were counted with fold version {epoch.facts}, "
            f"this is version {fold.VERSION}: run `hirelay replay`"
        )
        raise OutdatedEpoch(msg)
    if epoch.rewritten and epoch.state == "live":
        msg = f"an erasure has rewritten the events since epoch {epoch.number} counted them: run `hirelay replay`"
        raise OutdatedEpoch(msg)
    return epoch


def mark_rewritten(access: KafkaAccess, now: datetime) -> None:
    """Record that the live epoch needs a replay, and give up those that are being built; raise Unavailable."""
    epochs = [epoch for epoch in read(access).values() if epoch.state != "retired"]
    write(access, *(_outdated(epoch, now) for epoch in epochs))


def _outdated(epoch: Epoch, now: datetime) -> Epoch:
    if epoch.state == "building":
        return epoch.model_copy(update={"state": "retired", "changed": now})
    return epoch.model_copy(update={"rewritten": True, "changed": now})


def _record(access: KafkaAccess, epoch: Epoch) -> Epoch:
    """Write an epoch until its last record also knows what other workers recorded meanwhile; return that."""
    reader = EpochReader(access)
    try:
        while True:
            write(access, epoch)
            epoch = reader.read()[epoch.number]
            if reader.is_settled(epoch.number):
                return epoch
    finally:
        reader.close()


def _first_epoch(access: KafkaAccess, now: datetime) -> Epoch:
    return Epoch(
        number=0,
        state="live",
        facts=LEGACY_FOLD_VERSION if _has_cells(access) else fold.VERSION,
        meaning=MappingSnapshot(),
        changed=now,
    )


def _has_cells(access: KafkaAccess) -> bool:
    consumer = clients.consumer(access)
    try:
        numbers = consumer.partitions_for_topic(KPI_CELLS.name) or ()
        tps = [TopicPartition(KPI_CELLS.name, number) for number in numbers]
        return any(consumer.end_offsets(tps).values())
    finally:
        consumer.close()
