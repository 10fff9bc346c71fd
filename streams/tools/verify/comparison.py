"""Verify the live numbers: compare every cell of ClickHouse and the changelog with the fold of the accepted events."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from schemas.cells import Cell, CellKey, Cells, decode_cell, decode_key, without_zeros
from schemas.funnel.rules import TenantRules
from schemas.instants import day_number
from schemas.kafka.topics import CANDIDATE_EVENTS, KPI_CELLS
from schemas.tenants.mapping_snapshot import MappingSnapshot
from streams.configuration.kafka_access import KafkaAccess
from streams.kafka import epochs as kafka_epochs
from streams.kafka.topic_reader import TopicReader
from streams.tools.verify.independent.reading import without_diagnostics
from streams.tools.verify.oracle import Oracle
from streams.tools.verify.second_reading import SecondReading

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A cell that differs from what the events say.

    `where` is `clickhouse` or `changelog`, compared with the fold, or `independent`: ClickHouse compared with the
    independent reading. Of the latter `application` is one that shows the difference, if there is one.
    """

    where: str
    cell: CellKey
    expected: dict[str, int]
    actual: dict[str, int]
    application: str = ""


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
    independent: bool = False  # whether the independent reading was compared too


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
    sources: "EpochSources",
    *,
    patience_s: float = 30.0,
    progress: Progress = lambda _what, _done, _total: None,
) -> Verdict:
    """Compare until every cell of the epoch was equal at least once; cells that never were within `patience_s` differ.

    The system may keep working meanwhile: each round reads all sources again up to their current ends, so a cell that
    was in flight is equal in the next round, and a wrong one stays wrong. Disconnects the sources.
    """
    deadline = time.monotonic() + patience_s
    never_equal: set[tuple[str, CellKey]] | None = None
    try:
        while True:
            differences = sources.read_differences(progress)
            differing = {(d.where, d.cell) for d in differences}
            never_equal = differing if never_equal is None else never_equal & differing
            if not never_equal or time.monotonic() > deadline:
                wrong = [d for d in differences if (d.where, d.cell) in never_equal]
                return sources.verdict([sources.with_example(d) for d in wrong])
            time.sleep(0.5)
    finally:
        sources.close()


class EpochSources:
    """What one epoch is compared by: the accepted events, the changelog of its cells, and ClickHouse."""

    def __init__(
        self, access: KafkaAccess, client: Any, epoch: int, second: SecondReading | None
    ) -> None:
        """Connect; raise Unavailable. `second` is the independent reading, if it is to be compared."""
        self._client, self._epoch, self._second = client, epoch, second
        self._events = TopicReader(access, CANDIDATE_EVENTS)
        self._rows = TopicReader(access, KPI_CELLS.in_epoch(epoch))
        self._epochs = kafka_epochs.EpochReader(access)
        self._changelog = ChangelogCells()
        self.oracle = Oracle()
        self.expected: Cells = {}
        self._mapping = MappingSnapshot()

    def read_differences(self, progress: Progress) -> list[Difference]:
        """Read every source up to its current end and return the cells that differ then."""
        stored = clickhouse_cells(self._client, self._epoch)
        for record in self._rows.read():
            self._changelog.add(record.partition, record.key, record.value)
        for record in self._events.read(lambda done, total: progress("events", done, total)):
            self.oracle.add(record.offset, record.value)
            if self._second is not None:
                self._second.log.add(record.offset, record.value)
        self._mapping = self._epochs.read()[self._epoch].meaning
        self.expected = self.oracle.cells(TenantRules(self._mapping))
        return [
            *compare("changelog", self.expected, self._changelog.cells()),
            *compare("clickhouse", self.expected, stored),
            *self._independent_differences(stored, progress),
        ]

    def _independent_differences(self, stored: Cells, progress: Progress) -> list[Difference]:
        if self._second is None:
            return []
        expected = self._second.cells(
            self._mapping, lambda done, total: progress("stories", done, total)
        )
        return compare("independent", expected, without_diagnostics(stored))

    def with_example(self, difference: Difference) -> Difference:
        """Return the difference, one of the independent reading with an application that shows it."""
        if self._second is None or difference.where != "independent":
            return difference
        rules = TenantRules(self._mapping)
        application = self._second.example(difference.cell, self.oracle, rules)
        return replace(difference, application=application)

    def verdict(self, differences: list[Difference]) -> Verdict:
        """Return what was compared, with these differences."""
        oracle = self.oracle
        return Verdict(
            deliveries=oracle.deliveries,
            events=sum(len(history) for history in oracle.histories.values())
            + sum(len(tenant_contexts) for tenant_contexts in oracle.contexts.values()),
            applications=len(oracle.histories),
            cells=len(self.expected),
            measures=sum(len(tally) for tally in self.expected.values()),
            poison=oracle.poison,
            differences=tuple(differences),
            independent=self._second is not None,
        )

    def close(self) -> None:
        """Disconnect."""
        self._events.close()
        self._rows.close()
        self._epochs.close()
