"""Verify the live numbers: fold the accepted events and compare every cell with ClickHouse and the changelog."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from kafka import TopicPartition
from kafka.errors import KafkaError

from schemas.cells import Cell, CellKey, Cells, decode_cell, decode_key, without_zeros
from schemas.errors import Malformed, Unavailable
from schemas.events import packs
from schemas.funnel.candidate_events import ContextEvents, parent_keys
from schemas.funnel.conversion import to_context_event, to_funnel_event
from schemas.funnel.fold import add_changes, fold
from schemas.funnel.funnel_events import ContextEvent, FunnelEvent
from schemas.funnel.rules import TenantRules
from schemas.instants import day_number
from schemas.kafka.topics import CANDIDATE_EVENTS, KPI_CELLS, Topic
from streams.configuration.kafka_access import KafkaAccess
from streams.kafka import clients
from streams.kafka import epochs as kafka_epochs

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A cell that differs from the fold of the events; `where` is `clickhouse` or `changelog`."""

    where: str
    cell: CellKey
    expected: dict[str, int]
    actual: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What was compared, and all differences; the numbers are equal exactly when `differences` is empty."""

    deliveries: int
    events: int
    applications: int
    cells: int
    measures: int
    poison: int
    differences: tuple[Difference, ...]


@dataclass
class Oracle:
    """The set of accepted events, read from the log; independent of anything the worker wrote."""

    deliveries: int = 0
    poison: int = 0
    histories: dict[tuple[str, str], dict[bytes, FunnelEvent]] = field(default_factory=dict)
    contexts: dict[str, ContextEvents] = field(default_factory=dict)

    def add(self, partition_offset: int, value: bytes | None) -> None:
        """Add one record; an unreadable record is counted as poison, as the worker quarantines it."""
        try:
            pack = packs.decode_pack(value)
        except Malformed:
            self.poison += 1
            return
        if pack.forwarded:
            return  # a copy of an event that is elsewhere in the log
        self.deliveries += len(pack.events)
        for index, accepted in enumerate(pack.events):
            event = to_funnel_event(accepted, partition_offset, index)
            if event is not None:
                history = self.histories.setdefault((accepted.tenant, accepted.subject), {})
                history.setdefault(event.header.id, event)
            elif (context_event := to_context_event(accepted)) is not None:
                self.contexts.setdefault(accepted.tenant, ContextEvents()).add(context_event)

    def cells(self, rules: TenantRules) -> Cells:
        """Return the expected value of every cell under these rules."""
        cells: Cells = {}
        for (tenant, _), history in self.histories.items():
            events = [*history.values(), *self._context_events(tenant, history)]
            state, changes = fold(events, rules.for_tenant(tenant))
            add_changes(cells, tenant, state, changes)
        return without_zeros(cells)

    def _context_events(self, tenant: str, history: dict[bytes, FunnelEvent]) -> list[ContextEvent]:
        contexts = self.contexts.get(tenant)
        if contexts is None:
            return []
        entities = {parent for event in history.values() for parent in parent_keys(event)}
        return contexts.events_reaching(sorted(entities), offset=-1)


class TopicReader:
    """Reads a topic from its beginning up to its current end; another read continues from there."""

    def __init__(self, access: KafkaAccess, topic: Topic) -> None:
        """Connect; raise Unavailable when no broker answers or the topic is missing."""
        self._consumer = clients.consumer(access, max_partition_fetch_bytes=8 * 1024 * 1024)
        try:
            numbers = self._consumer.partitions_for_topic(topic.name)
        except KafkaError as error:
            raise Unavailable("kafka", f"no broker at {access.bootstrap}") from error
        if not numbers:
            raise Unavailable("kafka", f"topic {topic.name} does not exist at {access.bootstrap}")
        self._partitions = [TopicPartition(topic.name, number) for number in sorted(numbers)]
        self._consumer.assign(self._partitions)
        starts = self._consumer.beginning_offsets(self._partitions)
        for tp in self._partitions:
            self._consumer.seek(tp, starts[tp])

    def end_offsets(self) -> dict[int, int]:
        """Return the current end offset of every partition."""
        return {
            tp.partition: end for tp, end in self._consumer.end_offsets(self._partitions).items()
        }

    def read(self, progress: Callable[[int, int], None] = lambda _a, _b: None) -> Iterator[Any]:
        """Yield every record up to the current end."""
        ends = self._consumer.end_offsets(self._partitions)
        total = sum(ends.values())
        while True:
            done = {tp: self._consumer.position(tp) for tp in self._partitions}
            progress(sum(done.values()), total)
            if all(done[tp] >= ends[tp] for tp in self._partitions):
                return
            for records in self._consumer.poll(timeout_ms=1000).values():
                yield from records

    def close(self) -> None:
        """Disconnect."""
        self._consumer.close()


class ChangelogCells:
    """The newest row of every cell and partition, by version."""

    def __init__(self) -> None:
        """Start empty."""
        self._rows: dict[tuple[int, bytes], Cell] = {}

    def add(self, partition: int, key: bytes, value: bytes) -> None:
        """Add a row unless a newer one is present."""
        cell = decode_cell(value)
        current = self._rows.get((partition, key))
        if current is None or current.o <= cell.o:
            self._rows[partition, key] = cell

    def cells(self) -> Cells:
        """Return the sums over all source partitions."""
        cells: Cells = {}
        for (_, key), cell in self._rows.items():
            tally = cells.setdefault(decode_key(key), {})
            for measure, n in cell.m.items():
                tally[measure] = tally.get(measure, 0) + n
        return without_zeros(cells)


CELLS_SQL = """
select tenant, dimension, member, day, basis, measure, value
from v_epoch_cells
where epoch = {epoch:UInt16}
"""


def clickhouse_cells(client: Any, epoch: int) -> Cells:
    """Return every cell of an epoch as ClickHouse shows it to readers."""
    cells: Cells = {}
    rows = client.query(CELLS_SQL, parameters={"epoch": epoch}).result_rows
    for tenant, dimension, member, day, basis, measure, value in rows:
        key = CellKey(tenant, dimension, member, day_number(day), basis)
        cells.setdefault(key, {})[measure] = value
    return without_zeros(cells)


def compare(where: str, expected: Cells, actual: Cells) -> list[Difference]:
    """Return every cell in which the two differ, in key order."""
    return [
        Difference(
            where=where, cell=key, expected=expected.get(key, {}), actual=actual.get(key, {})
        )
        for key in sorted(expected.keys() | actual.keys())
        if expected.get(key) != actual.get(key)
    ]


def verify(
    access: KafkaAccess,
    client: Any,
    epoch: int,
    *,
    patience_s: float = 30.0,
    progress: Progress = lambda _what, _done, _total: None,
) -> Verdict:
    """Compare until every cell of the epoch was equal at least once; cells that never were within `patience_s` differ.

    The system may keep working meanwhile: each round reads all sources again up to their current ends, so a cell that
    was in flight is equal in the next round, and a wrong one stays wrong.
    """
    events = TopicReader(access, CANDIDATE_EVENTS)
    rows = TopicReader(access, KPI_CELLS.in_epoch(epoch))
    epochs = kafka_epochs.EpochReader(access)
    oracle, changelog = Oracle(), ChangelogCells()
    deadline = time.monotonic() + patience_s
    never_equal: set[tuple[str, CellKey]] | None = None
    try:
        while True:
            stored = clickhouse_cells(client, epoch)
            for record in rows.read():
                changelog.add(record.partition, record.key, record.value)
            for record in events.read(lambda done, total: progress("events", done, total)):
                oracle.add(record.offset, record.value)
            expected = oracle.cells(TenantRules(epochs.read()[epoch].meaning))
            differences = [
                *compare("changelog", expected, changelog.cells()),
                *compare("clickhouse", expected, stored),
            ]
            differing = {(difference.where, difference.cell) for difference in differences}
            never_equal = differing if never_equal is None else never_equal & differing
            if not never_equal or time.monotonic() > deadline:
                wrong = [
                    difference
                    for difference in differences
                    if (difference.where, difference.cell) in never_equal
                ]
                return _verdict(oracle, expected, wrong)
            time.sleep(0.5)
    finally:
        events.close()
        rows.close()
        epochs.close()


def _verdict(oracle: Oracle, expected: Cells, differences: list[Difference]) -> Verdict:
    return Verdict(
        deliveries=oracle.deliveries,
        events=sum(len(history) for history in oracle.histories.values())
        + sum(len(tenant_contexts) for tenant_contexts in oracle.contexts.values()),
        applications=len(oracle.histories),
        cells=len(expected),
        measures=sum(len(tally) for tally in expected.values()),
        poison=oracle.poison,
        differences=tuple(differences),
    )
