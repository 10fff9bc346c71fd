"""The archiver reads on from where ClickHouse ends, whatever the group's offsets say, and notices another database."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiokafka import TopicPartition

from sinks.clickhouse import archive_ledger
from sinks.clickhouse.archive_ledger import ArchiveLedger
from sinks.clickhouse.migrate import migrate
from streams.archive.positions import (
    REQUESTS,
    ArchivePositions,
    DatabaseReplaced,
    KafkaBehind,
    SettleAgain,
)

EVENTS, CELLS, BREACHES = (
    TopicPartition("candidate-events", 0),
    TopicPartition("kpi-cells", 0),
    TopicPartition("kpi-breaches", 0),
)


class Consumer:
    """A consumer of topics that begin at 2 and end at 10; the committed offset of all is 7."""

    def __init__(self, *partitions: TopicPartition) -> None:
        """Own these partitions; no rebuild was ever requested."""
        self.partitions = {*partitions}
        self.requests = 0
        self.committed = dict.fromkeys(partitions, 7)
        self.sought: dict[TopicPartition, int] = {}

    def assignment(self) -> set[TopicPartition]:
        """Return the assignment."""
        return self.partitions

    async def topics(self) -> set[str]:
        """Return all topics: the one of requests exists from the first request on."""
        return {REQUESTS.topic} if self.requests else set()

    async def end_offsets(self, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        """Return 10, and the number of requests for theirs."""
        return {tp: self.requests if tp == REQUESTS else 10 for tp in partitions}

    async def beginning_offsets(
        self, partitions: list[TopicPartition]
    ) -> dict[TopicPartition, int]:
        """Return 2 for every partition."""
        return dict.fromkeys(partitions, 2)

    def seek(self, tp: TopicPartition, offset: int) -> None:
        """Remember the position."""
        self.sought[tp] = offset

    async def commit(self, positions: dict[TopicPartition, int]) -> None:
        """Remember the offsets."""
        self.committed |= positions


async def call(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call at once: this ClickHouse is always available."""
    return function(*arguments)


@pytest.fixture
def ledger(client: Any) -> Iterator[ArchiveLedger]:
    """The ledger of a database that was never filled."""
    migrate(client)
    _forget(client)
    yield ArchiveLedger(client)
    _forget(client)


def _forget(client: Any) -> None:
    client.command("truncate table archive_generations")
    client.command("truncate table archive_positions")


async def opened(consumer: Consumer, ledger: ArchiveLedger) -> ArchivePositions:
    """A process that has just started to archive."""
    positions = ArchivePositions(consumer, ledger, call, clock=lambda: 0.0)
    await positions.open()
    await positions.settle()
    return positions


async def test_a_new_database_is_filled_from_the_beginning(ledger: ArchiveLedger) -> None:
    """Committed offsets speak of a database that is gone, so they are not believed, and corrected."""
    consumer = Consumer(EVENTS)
    await opened(consumer, ledger)

    assert (consumer.sought, consumer.committed) == ({EVENTS: 2}, {EVENTS: 2})


async def test_a_restart_goes_on_where_clickhouse_ends(ledger: ArchiveLedger) -> None:
    """What was inserted and recorded is not read again."""
    await (await opened(Consumer(EVENTS, CELLS), ledger)).advance({EVENTS: 9})
    consumer = Consumer(EVENTS, CELLS)
    positions = await opened(consumer, ledger)

    assert consumer.sought == {EVENTS: 9, CELLS: 2}
    assert (await positions.read_offsets())[1] == {("candidate-events", 0): 9, ("kpi-cells", 0): 2}


async def test_a_lost_database_is_noticed(ledger: ArchiveLedger, client: Any) -> None:
    """Nothing is recorded in a database that was created anew while the archiver ran: it lacks what came before."""
    positions = await opened(Consumer(EVENTS), ledger)
    _forget(client)

    with pytest.raises(DatabaseReplaced):
        await positions.advance({EVENTS: 9})
    assert ledger.read() is None


async def test_an_older_database_is_noticed(ledger: ArchiveLedger, client: Any) -> None:
    """A database that was restored from a copy says that it ends earlier than this process has written."""
    positions = await opened(Consumer(EVENTS), ledger)
    await positions.advance({EVENTS: 6})
    client.command(
        "alter table archive_positions delete where next_offset = 6 settings mutations_sync = 1"
    )

    with pytest.raises(DatabaseReplaced, match="candidate-events/0 up to 2, no longer up to 6"):
        await positions.advance({EVENTS: 9})


async def test_a_process_of_an_earlier_filling_ends(ledger: ArchiveLedger) -> None:
    """It must not go on under an id that no longer counts, even where the new filling is ahead of it already."""
    positions = await opened(Consumer(EVENTS), ledger)
    await (await opened_anew(ledger)).advance({EVENTS: 9})

    with pytest.raises(DatabaseReplaced):
        await positions.advance({EVENTS: 8})
    state = ledger.read()
    assert state is not None
    assert state.positions == {("candidate-events", 0): 9}


async def opened_anew(ledger: ArchiveLedger) -> ArchivePositions:
    """A second process, after the database was filled anew."""
    ledger.begin(rebuilds=0)
    return await opened(Consumer(EVENTS), ledger)


async def test_a_requested_rebuild_clears_and_reads_again(
    ledger: ArchiveLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request is carried out once: at the next batch, whose records are read again, and not after a restart."""
    consumer = Consumer(EVENTS)
    positions = await opened(consumer, ledger)
    consumer.requests = 1
    with _counting_clears(monkeypatch) as clears:
        await positions.advance({EVENTS: 9})
        await positions.settle()
        await opened(consumer, ledger)

    assert clears == ["cleared"]
    assert consumer.sought == {EVENTS: 2}


PART = "broken-on-start_all_1_1_0"


@pytest.fixture
def detached(client: Any) -> Iterator[Path]:
    """Where ClickHouse sets parts of `breach_actions` aside when their files are damaged."""
    sql = "select data_paths[1] from system.tables where name = 'breach_actions'"
    [[folder]] = client.query(sql).result_rows
    yield (path := Path(folder) / "detached")
    shutil.rmtree(path / PART, ignore_errors=True)


async def test_a_damaged_database_is_filled_anew(
    ledger: ArchiveLedger,
    detached: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Rows of damaged files are missing although the positions are past them, so everything is read again, once."""
    ledger.begin(rebuilds=0)
    os.mkdir(detached / PART)
    consumer = Consumer(EVENTS)
    with _counting_clears(monkeypatch) as clears:
        await opened(consumer, ledger)
        await opened(consumer, ledger)

    assert clears == ["cleared"]
    assert consumer.sought == {EVENTS: 2}
    assert os.listdir(detached) == []
    assert f"breach_actions/{PART}" in str(vars(caplog.records[0]))


async def test_damage_is_noticed_while_the_archiver_runs(
    ledger: ArchiveLedger, detached: Path
) -> None:
    """A server that starts again may set parts aside: nothing is recorded on top of what it lost."""
    positions = await opened(Consumer(EVENTS), ledger)
    os.mkdir(detached / PART)

    with pytest.raises(DatabaseReplaced, match=f"breach_actions/{PART}"):
        await positions.advance({EVENTS: 9})


@contextmanager
def _counting_clears(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Record each time the tables are cleared; other tests share the database, so they are not."""
    clears: list[str] = []
    monkeypatch.setattr(ArchiveLedger, "clear", lambda _: clears.append("cleared"))
    yield clears
    monkeypatch.undo()


async def test_kafka_that_lacks_records_is_refused(ledger: ArchiveLedger) -> None:
    """ClickHouse may hold the only copy of what Kafka lost, so a person decides."""
    await (await opened(Consumer(EVENTS), ledger)).advance({EVENTS: 11})

    with pytest.raises(KafkaBehind, match="candidate-events/0 up to 11, Kafka ends at 10"):
        await opened(Consumer(EVENTS), ledger)


async def test_records_count_only_once_their_partition_is_settled(ledger: ArchiveLedger) -> None:
    """What a consumer reads from a committed offset, before it was told where ClickHouse ends, is dropped."""
    consumer = Consumer(EVENTS)
    positions = await opened(consumer, ledger)
    settled = positions.is_settled(EVENTS)
    SettleAgain(positions).on_partitions_assigned({EVENTS})

    assert (settled, positions.is_settled(EVENTS)) == (True, False)


async def test_breaches_have_no_lag(ledger: ArchiveLedger) -> None:
    """A topic that ends with a transaction's marker is not measured."""
    positions = await opened(Consumer(EVENTS, BREACHES), ledger)

    assert await positions.read_offsets() == (
        {("candidate-events", 0): 10},
        {("candidate-events", 0): 2},
    )


def test_what_kafka_no_longer_has_is_never_cleared() -> None:
    """Quarantined deliveries leave Kafka after 30 days; targets and companies never were in it."""
    kept = {"quarantined", "targets", "rule_coverage", "tenants", "kpi_definitions", "kpi_measures"}

    assert kept.isdisjoint(archive_ledger.REBUILT_TABLES)
