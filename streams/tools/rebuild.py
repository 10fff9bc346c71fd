"""`hirelay rebuild clickhouse`: ask the archiver to fill ClickHouse anew from Kafka, and show how far it is."""

import getpass
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kafka import TopicPartition
from kafka.errors import KafkaError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from schemas.errors import Unavailable
from schemas.kafka.topics import BREACH_ACTIONS, CANDIDATE_EVENTS, CLICKHOUSE_REBUILDS
from sinks.clickhouse.archive_ledger import ArchiveLedger, ArchiveState
from sinks.clickhouse.client import connect
from streams.archive.positions import UNMEASURED_TOPICS
from streams.archive.pump import CLICKHOUSE_UNAVAILABLE, TOPIC_PATTERN
from streams.configuration.settings import Settings
from streams.kafka import clients
from streams.kafka.append import append
from streams.tools import auditing

POLL_S = 0.2
ANSWER_TIMEOUT_S = 120.0  # it looks every few seconds
STALL_TIMEOUT_S = 180.0  # without progress: a problem that waiting does not fix
KEPT_TOPICS = (CANDIDATE_EVENTS.name, BREACH_ACTIONS.name)  # of which Kafka must have every record

Offsets = Mapping[tuple[str, int], int]


@dataclass(frozen=True)
class Rebuilt:
    """A finished rebuild."""

    records: int
    seconds: float

    def as_text(self) -> str:
        """Return one sentence."""
        return (
            f"ClickHouse is filled anew: {self.records} records of Kafka in {self.seconds:.0f} s. "
            "Compare it with `hirelay verify`."
        )


def rebuild_clickhouse(
    settings: Settings, *, discard: bool, now: datetime, console: Console
) -> Rebuilt:
    """Return when ClickHouse holds what Kafka held when it was called.

    Boards show growing numbers meanwhile. Raises Unavailable: before anything is requested, when Kafka lacks records
    that ClickHouse has, unless `discard`; later, when no archiver answers or it stops.
    """
    started = time.monotonic()
    ends = end_offsets(settings)
    if not discard:
        _check_kafka(settings)
    number = request_rebuild(settings, now)
    auditing.note(settings, "rebuilt", "ClickHouse")
    read_state = _StateReader(settings)
    with console.status("waiting for the archiver to begin"):
        _wait_until_begun(read_state, number)
    _wait_until_filled(read_state, ends, console)
    return Rebuilt(sum(ends.values()), time.monotonic() - started)


class _StateReader:
    """Reads what ClickHouse says of its filling, again and again; it is away while the archiver starts."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._ledger: ArchiveLedger | None = None

    def __call__(self) -> ArchiveState | None:
        """Return the state, or None while there is none to read."""
        try:
            self._ledger = self._ledger or ArchiveLedger(connect(self._settings.clickhouse_access))
            return self._ledger.read()
        except CLICKHOUSE_UNAVAILABLE:
            self._ledger = None
            return None


def _wait_until_begun(read_state: Callable[[], ArchiveState | None], number: int) -> None:
    deadline = time.monotonic() + ANSWER_TIMEOUT_S
    while True:
        state = read_state()
        if state is not None and state.rebuilds >= number:
            return
        if time.monotonic() > deadline:
            raise Unavailable(
                "archiver", "it has not begun; start one, and the request is carried out"
            )
        time.sleep(POLL_S)


def _wait_until_filled(
    read_state: Callable[[], ArchiveState | None], ends: Offsets, console: Console
) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns,
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as bar:
        task = bar.add_task("filling ClickHouse from Kafka", total=sum(ends.values()))
        best, since = -1, time.monotonic()
        while best < sum(ends.values()):
            done = records_done(read_state(), ends)
            bar.update(task, completed=done)
            if done > best:
                best, since = done, time.monotonic()
            elif time.monotonic() - since > STALL_TIMEOUT_S:
                raise Unavailable(
                    "archiver",
                    f"it is stuck at {best} of {sum(ends.values())} records; see its log",
                )
            time.sleep(POLL_S)


def records_done(state: ArchiveState | None, ends: Offsets) -> int:
    """Return how many of the records before `ends` a ClickHouse in this state has."""
    if state is None:
        return 0
    return sum(min(state.positions.get(partition, 0), end) for partition, end in ends.items())


def _check_kafka(settings: Settings) -> None:
    """Raise Unavailable when ClickHouse has records that Kafka does not, because they would be gone for ever."""
    consumer = clients.consumer(settings.kafka_access)
    try:
        partitions = [tp for tp in _archived_partitions(consumer) if tp.topic in KEPT_TOPICS]
        first, ends = consumer.beginning_offsets(partitions), consumer.end_offsets(partitions)
    except KafkaError as error:
        raise Unavailable("kafka", f"reading the offsets failed: {error}") from error
    finally:
        consumer.close()
    state = _StateReader(settings)()
    stored = {} if state is None else state.positions
    refuse_loss(_by_name(first), _by_name(ends), stored)


def refuse_loss(first: Offsets, ends: Offsets, stored: Offsets) -> None:
    """Raise Unavailable unless Kafka has every record there was, given where it begins and ends and ClickHouse ends."""
    for partition, end in ends.items():
        if first[partition] > 0 or stored.get(partition, 0) > end:
            topic, number = partition
            raise Unavailable(
                "kafka",
                f"it has only the records {first[partition]} to {end} of {topic}/{number}, and ClickHouse may be the last "
                "to know the others: restore Kafka, or give them up with --discard",
            )


def _by_name(offsets: Mapping[TopicPartition, int]) -> Offsets:
    return {(tp.topic, tp.partition): offset for tp, offset in offsets.items()}


def _archived_partitions(consumer: Any) -> list[TopicPartition]:
    topics = sorted(name for name in consumer.topics() if re.match(TOPIC_PATTERN, name))
    return [
        TopicPartition(topic, number)
        for topic in topics
        for number in sorted(consumer.partitions_for_topic(topic) or ())
    ]


def end_offsets(settings: Settings) -> Offsets:
    """Return the end of every archived partition but those that end with a marker that nobody reads."""
    consumer = clients.consumer(settings.kafka_access)
    try:
        ends = consumer.end_offsets(_archived_partitions(consumer))
    except KafkaError as error:
        raise Unavailable("kafka", f"reading the end offsets failed: {error}") from error
    finally:
        consumer.close()
    return _by_name({tp: end for tp, end in ends.items() if tp.topic not in UNMEASURED_TOPICS})


def request_rebuild(settings: Settings, now: datetime) -> int:
    """Write the request and return its number; the topic holds every request there was. Raise Unavailable."""
    request = {"requested": now.isoformat(), "by": getpass.getuser()}
    records = [(b"clickhouse", json.dumps(request).encode())]
    (offset,) = append(settings, CLICKHOUSE_REBUILDS, records, "the request was not written")
    return offset + 1
