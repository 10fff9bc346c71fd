"""Rewrite the topics that name people while every role is stopped, and have every copy of them made anew."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from kafka.errors import KafkaError

from schemas.errors import Unavailable
from schemas.kafka.topics import CANDIDATE_EVENTS, QUARANTINE, RELAY_LEDGER
from sinks.clickhouse.archive_ledger import ArchiveLedger
from sinks.clickhouse.client import connect
from sinks.clickhouse.removal import remove_quarantined
from streams.configuration.settings import Settings
from streams.ingest.spool.at_rest import SpoolAtRest, read_at_rest
from streams.kafka import clients
from streams.kafka import epochs as kafka_epochs
from streams.kafka.rewriting import Note, Rewriter, Rewriting
from streams.tools.rebuild import request_rebuild

GROUP_EMPTY_TIMEOUT_S = 60.0  # the longest session of a role is 45 s
POLL_S = 0.5
PREFIX = "hirelay-"  # of every consumer group of a role
# The events are staged last and put in place last, so that their copy exists exactly while all others are whole.
ORDER = (QUARANTINE, RELAY_LEDGER, CANDIDATE_EVENTS)

Step = Callable[[str, int], None]


class LogRewriting(Protocol):
    """What becomes of every record; `dropped` are the ids of quarantined deliveries that go, in ClickHouse too."""

    changed_cells: int
    dropped: list[str]

    def new_key(self, key: bytes | None) -> bytes | None:
        """Return the key of a record of `candidate-events`."""

    def new_event_record(self, value: bytes | None) -> bytes:
        """Return a record of `candidate-events`."""

    def new_ledger_record(self, value: bytes) -> bytes:
        """Return a record of the relay's ledger."""

    def keeps_quarantined(self, value: bytes) -> bool:
        """Whether a record of the quarantine stays."""


def finish_interrupted(settings: Settings, now: datetime) -> bool:
    """Finish an erasure that was interrupted while its copies were put in place; discard one before. Return whether one was finished."""
    require_stopped_roles(settings)
    rewriter = Rewriter(settings.kafka_access, settings.replication)
    try:
        staged = {topic.name for topic in rewriter.staged_topics()}
        if CANDIDATE_EVENTS.name not in staged:
            rewriter.discard()
            return False
        _put_in_place(settings, rewriter, now, lambda _name, _done: None)
    finally:
        rewriter.close()
    return True


def apply_rewriting(settings: Settings, plan: LogRewriting, now: datetime, step: Step) -> None:
    """Rewrite every topic that names people, and clear ClickHouse, which is filled from them again.

    Afterwards the live epoch needs a replay: it makes the state of workers anew and removes the old one. Raise Unavailable,
    without a change if cells would change, a role runs, the gateway's spool is not empty or ClickHouse is away.
    """
    if plan.changed_cells:
        raise Unavailable(
            "erasure", f"{plan.changed_cells} cells would change; nothing was written"
        )
    require_stopped_roles(settings)
    require_empty_spool(read_at_rest(settings.gateway_spool_dir), settings.gateway_spool_dir)
    connect(settings.clickhouse_access).close()
    rewriter = Rewriter(settings.kafka_access, settings.replication)
    try:
        for rewriting in _rewritings(plan):
            name = rewriting.topic.name
            rewriter.stage(rewriting, _named(step, f"copying {name}"), lambda: _note(plan))
        _put_in_place(settings, rewriter, now, step)
    finally:
        rewriter.close()


def require_stopped_roles(settings: Settings) -> None:
    """Raise Unavailable while a role reads Kafka: it would meet topics that are being replaced.

    One that was killed is a member of its group until its session ends.
    """
    admin = clients.admin(settings.kafka_access)
    deadline = time.monotonic() + GROUP_EMPTY_TIMEOUT_S
    try:
        while running := _running_groups(admin):
            if time.monotonic() > deadline:
                problem = f"stop the gateway and every role first; running: {', '.join(running)}"
                raise Unavailable("erasure", problem)
            time.sleep(POLL_S)
    except KafkaError as error:
        raise Unavailable("kafka", f"listing the groups failed: {error}") from error
    finally:
        admin.close()


def require_empty_spool(spool: SpoolAtRest, directory: Path | None) -> None:
    """Raise Unavailable unless no delivery is in the gateway's spool.

    One that waits there is in no topic, so that the erasure would miss it, and its gateway would bring the ids back. Only
    the gateway hands it over: a second writer could lose it or send it out of order.
    """
    if spool.in_use:
        raise Unavailable(
            "erasure", f"stop the gateway first: it has its spool open in {directory}"
        )
    if spool.waiting:
        raise Unavailable(
            "erasure",
            f"{spool.waiting} deliveries wait in the gateway's spool in {directory}; nothing was written. Start Kafka and the "
            "gateway until hirelay_gateway_spool_bytes is 0 (`hirelay up`), stop them, then repeat",
        )
    if spool.damaged:
        raise Unavailable(
            "erasure",
            f"{spool.damaged} damaged records or files of the spool in {directory} cannot be searched; nothing was written. "
            "Recover what can be read, remove the files, then repeat",
        )


def _running_groups(admin: Any) -> list[str]:
    return sorted(
        group["group_id"]
        for group in admin.list_groups()
        if group["group_id"].startswith(PREFIX) and group["group_state"] not in {"Empty", "Dead"}
    )


def _rewritings(plan: LogRewriting) -> Sequence[Rewriting]:
    of_topic = {
        QUARANTINE.name: Rewriting(
            topic=QUARANTINE,
            transform=lambda record: (
                (record.key, record.value) if plan.keeps_quarantined(record.value) else None
            ),
        ),
        RELAY_LEDGER.name: Rewriting(
            topic=RELAY_LEDGER,
            transform=lambda record: (record.key, plan.new_ledger_record(record.value)),
        ),
        CANDIDATE_EVENTS.name: Rewriting(
            topic=CANDIDATE_EVENTS,
            transform=lambda record: (
                plan.new_key(record.key),
                plan.new_event_record(record.value),
            ),
            keeps_offsets=True,
        ),
    }
    return [of_topic[topic.name] for topic in ORDER]


def _note(plan: LogRewriting) -> Note:
    """What has to be done after a crash too; the ids are digests of deliveries, which identify nobody."""
    return {"dropped": plan.dropped}


def _put_in_place(settings: Settings, rewriter: Rewriter, now: datetime, step: Step) -> None:
    staged = {topic.name for topic in rewriter.staged_topics()}
    note = rewriter.note(CANDIDATE_EVENTS)
    if grown := [
        topic.name for topic in ORDER if topic.name in staged and rewriter.has_grown(topic)
    ]:
        if len(staged) == len(ORDER):  # nothing was replaced yet
            rewriter.discard()
        raise Unavailable(
            "erasure", f"{grown[0]} has grown: stop the gateway and every role, then repeat"
        )
    kafka_epochs.mark_rewritten(settings.kafka_access, now)
    _clear_clickhouse(settings, note, now)
    for topic in ORDER:
        if topic.name in staged:
            rewriter.put_in_place(topic, _named(step, f"replacing {topic.name}"))


def _clear_clickhouse(settings: Settings, note: Note, now: datetime) -> None:
    """Remove every row that the archiver reads from Kafka again, and the quarantined ones of the person."""
    client: Any = connect(settings.clickhouse_access)
    try:
        ArchiveLedger(client).clear()
        remove_quarantined(client, note["dropped"])
    finally:
        client.close()
    request_rebuild(settings, now)


def _named(step: Step, name: str) -> Callable[[int], None]:
    return lambda done: step(name, done)
