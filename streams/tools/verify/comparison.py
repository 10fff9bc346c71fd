"""Prove the live numbers: fold the accepted events alone and compare every cell with ClickHouse and the changelog."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from schemas.cells import Cell, CellKey, Cells, decode_cell, decode_key, without_zeros
from schemas.errors import Malformed, Unavailable
from schemas.events import packs
from schemas.funnel.candidate_events import KnownContext, parents
from schemas.funnel.fold import add, fold
from schemas.funnel.history import FunnelEvent, context, happening
from schemas.funnel.rules import TenantRules
from schemas.instants import day_number
from schemas.kafka.topics import CANDIDATE_EVENTS, KPI_CELLS, Topic
from streams.kafka import epochs as kafka_epochs

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One cell that is not what the events say; `where` is `clickhouse` or `changelog`."""

    where: str
    cell: CellKey
    expected: dict[str, int]
    found: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What was compared, and every difference; equal exactly when `differences` is empty."""

    deliveries: int
    events: int
    applications: int
    cells: int
    measures: int
    poison: int
    differences: tuple[Difference, ...]


@dataclass
class Oracle:
    """The set of accepted events, read from the log; nothing the worker wrote is looked at."""

    deliveries: int = 0
    poison: int = 0
    histories: dict[tuple[str, str], dict[bytes, FunnelEvent]] = field(default_factory=dict)
    people: dict[str, KnownContext] = field(default_factory=dict)

    def read(self, partition_offset: int, value: bytes | None) -> None:
        """Add one record; a record that cannot be read is counted, as the worker sets it aside."""
        try:
            pack = packs.read(value)
        except Malformed:
            self.poison += 1
            return
        if pack.forwarded:
            return  # a copy of what stands elsewhere in the log
        self.deliveries += len(pack.events)
        for index, accepted in enumerate(pack.events):
            event = happening(accepted, partition_offset, index)
            if event is not None:
                history = self.histories.setdefault((accepted.tenant, accepted.subject), {})
                history.setdefault(event.id, event)
            elif (about := context(accepted)) is not None:
                self.people.setdefault(accepted.tenant, KnownContext()).add(about)

    def cells(self, rulebook: TenantRules) -> Cells:
        """What every cell must hold by these rules."""
        cells: Cells = {}
        for (tenant, _), history in self.histories.items():
            events = [*history.values(), *self._reaching(tenant, history)]
            state, changes = fold(events, rulebook.of(tenant))
            add(cells, tenant, state, changes)
        return without_zeros(cells)

    def _reaching(self, tenant: str, history: dict[bytes, FunnelEvent]) -> list[FunnelEvent]:
        known = self.people.get(tenant)
        if known is None:
            return []
        belongs_to = {parent for event in history.values() for parent in parents(event)}
        return known.reaching(sorted(belongs_to), offset=-1)


class TopicReader:
    """Reads a topic from its beginning and goes on where it stopped, as far as it reaches now."""

    def __init__(self, bootstrap: str, topic: Topic) -> None:
        """Connect; raise Unavailable when no broker answers or the topic is missing."""
        try:
            self._consumer = KafkaConsumer(
                bootstrap_servers=bootstrap,
                group_id=None,
                enable_auto_commit=False,
                max_partition_fetch_bytes=8 * 1024 * 1024,
            )
            numbers = self._consumer.partitions_for_topic(topic.name)
        except KafkaError as error:
            raise Unavailable("kafka", f"no broker at {bootstrap}") from error
        if not numbers:
            raise Unavailable("kafka", f"topic {topic.name} is not at {bootstrap}")
        self._parts = [TopicPartition(topic.name, number) for number in sorted(numbers)]
        self._consumer.assign(self._parts)
        starts = self._consumer.beginning_offsets(self._parts)
        for part in self._parts:
            self._consumer.seek(part, starts[part])

    def ends(self) -> dict[int, int]:
        """The end of every partition now."""
        return {
            part.partition: end for part, end in self._consumer.end_offsets(self._parts).items()
        }

    def read(self, progress: Callable[[int, int], None] = lambda _a, _b: None) -> Iterator[Any]:
        """Every record up to the present end."""
        ends = self._consumer.end_offsets(self._parts)
        total = sum(ends.values())
        while True:
            done = {part: self._consumer.position(part) for part in self._parts}
            progress(sum(done.values()), total)
            if all(done[part] >= ends[part] for part in self._parts):
                return
            for records in self._consumer.poll(timeout_ms=1000).values():
                yield from records

    def close(self) -> None:
        """Disconnect."""
        self._consumer.close()


class ChangelogCells:
    """The newest row of every cell and partition, by version."""

    def __init__(self) -> None:
        """Nothing read yet."""
        self._rows: dict[tuple[int, bytes], Cell] = {}

    def read(self, partition: int, key: bytes, value: bytes) -> None:
        """Take one row unless a newer one is held."""
        cell = decode_cell(value)
        held = self._rows.get((partition, key))
        if held is None or held.o <= cell.o:
            self._rows[partition, key] = cell

    def cells(self) -> Cells:
        """Sums over the source partitions."""
        cells: Cells = {}
        for (_, key), cell in self._rows.items():
            tally = cells.setdefault(decode_key(key), {})
            for measure, n in cell.m.items():
                tally[measure] = tally.get(measure, 0) + n
        return without_zeros(cells)


CELLS = """
select tenant, dimension, member, day, basis, measure, value
from v_epoch_cells
where epoch = {epoch:UInt16}
"""


def clickhouse_cells(client: Any, epoch: int) -> Cells:
    """Every cell of an epoch as ClickHouse shows it to readers."""
    cells: Cells = {}
    found = client.query(CELLS, parameters={"epoch": epoch}).result_rows
    for tenant, dimension, member, day, basis, measure, value in found:
        key = CellKey(tenant, dimension, member, day_number(day), basis)
        cells.setdefault(key, {})[measure] = value
    return without_zeros(cells)


def compare(where: str, expected: Cells, found: Cells) -> list[Difference]:
    """Every cell in which the two differ, in key order."""
    return [
        Difference(where=where, cell=key, expected=expected.get(key, {}), found=found.get(key, {}))
        for key in sorted(expected.keys() | found.keys())
        if expected.get(key) != found.get(key)
    ]


def verify(
    bootstrap: str,
    client: Any,
    epoch: int,
    *,
    patience_s: float = 30.0,
    progress: Progress = lambda _what, _done, _total: None,
) -> Verdict:
    """Compare until every cell of the epoch has been seen equal; one that never was within `patience_s` differs.

    The system may go on working meanwhile: each look reads all sources again to their present ends, so a cell on its
    way is equal at the next look, and a wrong one stays wrong.
    """
    events = TopicReader(bootstrap, CANDIDATE_EVENTS)
    rows = TopicReader(bootstrap, KPI_CELLS.in_epoch(epoch))
    meanings = kafka_epochs.EpochReader(bootstrap)
    oracle, changelog = Oracle(), ChangelogCells()
    deadline = time.monotonic() + patience_s
    suspects: set[tuple[str, CellKey]] | None = None
    try:
        while True:
            archived = clickhouse_cells(client, epoch)
            for record in rows.read():
                changelog.read(record.partition, record.key, record.value)
            for record in events.read(lambda done, total: progress("events", done, total)):
                oracle.read(record.offset, record.value)
            expected = oracle.cells(TenantRules(meanings.read()[epoch].meaning))
            differences = [
                *compare("changelog", expected, changelog.cells()),
                *compare("clickhouse", expected, archived),
            ]
            found = {(each.where, each.cell) for each in differences}
            suspects = found if suspects is None else suspects & found
            if not suspects or time.monotonic() > deadline:
                wrong = [each for each in differences if (each.where, each.cell) in suspects]
                return _verdict(oracle, expected, wrong)
            time.sleep(0.5)
    finally:
        events.close()
        rows.close()
        meanings.close()


def _verdict(oracle: Oracle, expected: Cells, differences: list[Difference]) -> Verdict:
    return Verdict(
        deliveries=oracle.deliveries,
        events=sum(len(history) for history in oracle.histories.values())
        + sum(len(known) for known in oracle.people.values()),
        applications=len(oracle.histories),
        cells=len(expected),
        measures=sum(len(tally) for tally in expected.values()),
        poison=oracle.poison,
        differences=tuple(differences),
    )
