"""Where this archiver stands: ClickHouse itself says what it holds, and the group's offsets in Kafka only follow."""

import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiokafka import ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError

from schemas.errors import Condition
from schemas.kafka.lag import Offsets
from schemas.kafka.topics import CLICKHOUSE_REBUILDS, KPI_BREACHES, RELAY_LEDGER
from sinks.clickhouse.archive_ledger import ArchiveLedger, ArchiveState
from sinks.clickhouse.rows import Quarantined
from sinks.clickhouse.writer import TABLES
from streams.kafka.whole_flushes import WholeFlushes

log = logging.getLogger(__name__)

CHECK_S = 2.0  # how soon a lost database or a requested rebuild is noticed when nothing arrives
REQUESTS = TopicPartition(CLICKHOUSE_REBUILDS.name, 0)

LISTED = 5  # names of damaged parts in a message

# Written in transactions: the last offset is a marker that no consumer reads, so lag would never be 0.
UNMEASURED_TOPICS = (KPI_BREACHES.name, RELAY_LEDGER.name)

Positions = Mapping[TopicPartition, int]


class DatabaseReplaced(Condition):
    """ClickHouse is not, or no longer, what this process filled: a new process starts from what it holds now."""


class KafkaBehind(Condition):
    """ClickHouse holds records that Kafka does not: only a person can say which of the two is right."""


class ArchivePositions:
    """The positions of this process in Kafka, compared with those in ClickHouse before anything is recorded.

    `call` runs a function of the ledger in a thread, again and again while ClickHouse is unavailable.
    """

    def __init__(
        self,
        consumer: Any,
        ledger: ArchiveLedger,
        call: Callable[..., Awaitable[Any]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start without partitions; `open` comes first."""
        self._consumer, self._ledger, self._call, self._clock = consumer, ledger, call, clock
        self._state = ArchiveState("", 0)
        self._next: dict[TopicPartition, int] = {}
        self.flushes = WholeFlushes()  # of the settled partitions
        self._checked = clock()
        self._can_request = False  # the first request creates the topic

    async def open(self) -> None:
        """Adopt what ClickHouse holds, or begin to fill it: when it is new, lost or damaged, or a rebuild was requested.

        Raises KafkaError.
        """
        requested = await self._requested_rebuilds()
        state = await self._call(self._ledger.read)
        damaged = await self._call(self._ledger.damaged)
        reason = ""
        if state is None:
            reason = "it does not say what it holds, so it is new or was lost"
        elif damaged:
            reason = f"files of these parts are damaged: {_listed(damaged)}"
        elif state.rebuilds < requested:
            reason = "a rebuild was requested"
        if reason:
            log.warning("clickhouse is filled from kafka", extra={"reason": reason})
            _log_lost_deliveries(damaged)
            state = await self._fill(requested, is_new=state is None)
        self._state = state

    async def _fill(self, requested: int, *, is_new: bool) -> ArchiveState:
        """Begin to fill the database from Kafka; killed in between, it begins again."""
        if not is_new:
            await self._call(self._ledger.clear)
        await self._call(self._ledger.begin, requested)
        await self._call(self._ledger.drop_damaged)
        state: ArchiveState = await self._call(self._ledger.read)
        return state

    async def _requested_rebuilds(self) -> int:
        if not self._can_request:
            self._can_request = REQUESTS.topic in await self._consumer.topics()
        if not self._can_request:
            return 0
        ends: Positions = await self._consumer.end_offsets([REQUESTS])
        return ends[REQUESTS]

    def is_settled(self, tp: TopicPartition) -> bool:
        """Return whether the consumer reads a partition from where ClickHouse ends; other records must be dropped."""
        return tp in self._next

    def forget(self) -> None:
        """Settle every partition anew: another process may have archived meanwhile."""
        self._next.clear()
        self.flushes.forget()

    async def settle(self) -> None:
        """Let the consumer read newly assigned partitions from where ClickHouse ends, and the group's offsets say so.

        Raises KafkaBehind and DatabaseReplaced.
        """
        new = [tp for tp in self._consumer.assignment() if tp not in self._next]
        if not new:
            return
        stored = (await self._same_database()).positions
        try:
            first = await self._consumer.beginning_offsets(new)
            ends = await self._consumer.end_offsets(new)
            at = {tp: max(first[tp], stored.get(_key(tp), 0)) for tp in new}
            _refuse_lost_records(at, ends)
            for tp, offset in at.items():
                self._consumer.seek(tp, offset)
            await self._consumer.commit(at)
        except (
            KafkaError
        ) as error:  # also when partitions were revoked meanwhile; the next batch tries again
            log.warning("partitions not settled", extra={"reason": type(error).__name__})
            return
        await self._call(self._ledger.record, self._state.generation, _keyed(at))
        self._next.update({tp: at[tp] for tp in new if tp in self._consumer.assignment()})

    async def advance(self, positions: Positions) -> None:
        """Record what was inserted; without positions, only look whether the database still is the same.

        Nothing is recorded when a rebuild was requested meanwhile, which then begins. Raises DatabaseReplaced, before
        anything is recorded: what another database lacks must be read again.
        """
        if not positions and self._clock() - self._checked < CHECK_S:
            return
        if await self._is_rebuild_requested():
            self.forget()
            await self.open()
            return
        self._compare((await self._same_database()).positions)
        if positions:
            await self._call(self._ledger.record, self._state.generation, _keyed(positions))
        self._next.update({tp: at for tp, at in positions.items() if tp in self._next})

    async def _is_rebuild_requested(self) -> bool:
        try:
            return await self._requested_rebuilds() > self._state.rebuilds
        except KafkaError as error:
            log.warning("rebuild requests not read", extra={"reason": type(error).__name__})
            return False

    async def _same_database(self) -> ArchiveState:
        state: ArchiveState | None = await self._call(self._ledger.read)
        if state is None or state.generation != self._state.generation:
            raise DatabaseReplaced("clickhouse was lost, restored or filled anew")
        if damaged := await self._call(self._ledger.damaged):
            raise DatabaseReplaced("clickhouse lost rows", f"damaged: {_listed(damaged)}")
        return state

    def _compare(self, stored: Offsets) -> None:
        for tp, at in self._next.items():
            if (end := stored.get(_key(tp), 0)) < at:
                detail = f"it holds {tp.topic}/{tp.partition} up to {end}, no longer up to {at}"
                raise DatabaseReplaced("clickhouse was lost or restored", detail)
        self._checked = self._clock()

    async def read_offsets(self) -> tuple[Offsets, Offsets]:
        """Return end offsets and archived offsets of the settled partitions, for the lag; raise KafkaError."""
        done = {_key(tp): at for tp, at in self._next.items() if tp.topic not in UNMEASURED_TOPICS}
        measured = [tp for tp in self._next if tp.topic not in UNMEASURED_TOPICS]
        ends = await self._consumer.end_offsets(measured) if measured else {}
        return _keyed(ends), done


class SettleAgain(ConsumerRebalanceListener):
    """Forgets the positions at every rebalance."""

    def __init__(self, positions: ArchivePositions) -> None:
        """`positions` are those of the same consumer."""
        self._positions = positions

    def on_partitions_revoked(self, _revoked: set[TopicPartition]) -> None:
        """Forget what is left behind."""
        self._positions.forget()

    def on_partitions_assigned(self, _assigned: set[TopicPartition]) -> None:
        """Forget what was settled while partitions moved."""
        self._positions.forget()


def _refuse_lost_records(at: Positions, ends: Positions) -> None:
    for tp, offset in at.items():
        if offset > ends[tp]:
            detail = (
                f"ClickHouse holds {tp.topic}/{tp.partition} up to {offset}, Kafka ends at {ends[tp]}: restore Kafka, "
                "or discard what only ClickHouse has with `hirelay rebuild clickhouse --discard`"
            )
            raise KafkaBehind("kafka lacks records", detail)


def _log_lost_deliveries(damaged: list[tuple[str, str]]) -> None:
    if any(table == TABLES[Quarantined] for table, _ in damaged):
        detail = "restore them from a backup; those that Kafka still has are filled from it"
        log.error("older deliveries that were set aside are lost", extra={"detail": detail})


def _listed(parts: list[tuple[str, str]]) -> str:
    names = [f"{table}/{part}" for table, part in parts]
    return ", ".join(names[:LISTED]) + (
        f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    )


def _key(tp: TopicPartition) -> tuple[str, int]:
    return tp.topic, tp.partition


def _keyed(positions: Positions) -> dict[tuple[str, int], int]:
    return {_key(tp): at for tp, at in positions.items()}
