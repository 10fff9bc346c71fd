"""Erasing a person on a real broker: by the bytes in its directory, not by what a reader shows."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from kafka import OffsetAndMetadata, TopicPartition
from kafka.record import MemoryRecords

from schemas.errors import Unavailable
from schemas.events.envelope import event_id, full_type
from schemas.events.packs import encode
from schemas.funnel import fold
from schemas.instants import DAY_MS
from schemas.kafka.epochs import Epoch
from schemas.kafka.quarantine import QuarantineEntry
from schemas.kafka.retention import ending_topics
from schemas.kafka.topics import CANDIDATE_EVENTS, CLICKHOUSE_REBUILDS, QUARANTINE, RELAY_LEDGER
from schemas.privacy.references import Reference
from schemas.tenants.mapping_snapshot import snapshot_mapping
from schemas.tenants.retention import TopicRetention
from streams.configuration.files import load_tenancy
from streams.configuration.settings import Settings
from streams.ingest.connections import load
from streams.ingest.quarantine.encryption import encrypt, identity_of
from streams.ingest.spool.store import SpoolRecord, SpoolStore
from streams.ingest.vendors import VENDORS
from streams.kafka import admin, audit_log, clients
from streams.kafka import epochs as kafka_epochs
from streams.kafka.rewriting import Rewriter, Rewriting
from streams.kafka.topic_reader import TopicReader
from streams.kafka.topic_retention import read_retention, set_retention
from streams.local.kafka import prepare
from streams.local.readiness import broker_answers
from streams.local.sample_companies import write_sample
from streams.tools.erasing.plan import expired_ids
from streams.tools.erasing.rewrite_log import finish_interrupted
from tests.ports import free_port

TIME = "2026-03-02T03:00:00Z"
NOW = datetime(2026, 11, 28, tzinfo=UTC)
CANDIDATE, APPLICATION, PERSON = "cand-90001", "appl-70001", "e" * 64
IDS = re.compile(f"{CANDIDATE}|{APPLICATION}|{PERSON}|deliv-4".encode())
# Two deliveries that Kafka no longer has; a person's name is in why one was dropped.
ARCHIVED = f"""
insert into quarantined (id, tenant, connection, resolution) values
    ('old-1', 'aoba', 'aoba-greenhouse', '{CANDIDATE} asked us to'), ('old-2', 'aoba', 'aoba-greenhouse', 'a copy')
"""
ENGINE = """
import sys
from sinks.clickhouse.access import ClickHouseAccess
from sinks.clickhouse.client import connect
from sinks.clickhouse.migrate import migrate
client = connect(ClickHouseAccess(url=sys.argv[1]))
migrate(client)
for statement in sys.argv[2:-1]:
    client.command(statement)
print(*(row[0] for row in client.query(sys.argv[-1]).result_rows))
"""
RELAY = "hirelay-relay"  # a group with a position in the events


@dataclass(frozen=True)
class Broker:
    """A running broker with its directory and settings."""

    directory: Path
    settings: Settings

    def erase(self, *options: str) -> tuple[int, dict[str, Any]]:
        """Run the command; return its exit code and report."""
        done = self.run(*options)
        assert done.stdout, done.stderr[-2000:]
        return done.returncode, json.loads(done.stdout)

    def run(self, *options: str) -> subprocess.CompletedProcess[str]:
        """Run the command."""
        command = ("erase", "--tenant", "aoba", "--candidate", CANDIDATE, "--format", "json")
        return subprocess.run(
            [sys.executable, "-m", "streams", *command, *options],
            env={**os.environ, **self.settings.environment()},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def files_with_ids(self) -> set[str]:
        """Return the names of files that contain an id of the person, also inside compressed batches."""
        return {
            str(path.relative_to(self.directory))
            for path in self.directory.rglob("*")
            if path.is_file() and _has_ids(path)
        }

    def records(self, topic: Any) -> list[Any]:
        """Return the records of a topic."""
        reader = TopicReader(self.settings.kafka_access, topic)
        try:
            return sorted(reader.read(), key=lambda record: (record.partition, record.offset))
        finally:
            reader.close()


def _has_ids(path: Path) -> bool:
    try:
        content = path.read_bytes()
    except FileNotFoundError:  # the broker removes it
        return False
    if IDS.search(content):
        return True
    if path.suffix != ".log":
        return False
    batches = MemoryRecords(content)
    while (batch := batches.next_batch()) is not None:
        if any(IDS.search((r.key or b"") + b"\0" + (r.value or b"")) for r in batch):
            return True
    return False


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A broker with every topic, a live epoch, and the records of two people."""
    directory = tmp_path_factory.mktemp("erasure")
    port = free_port()
    command = prepare(directory / "kafka", port, free_port()).command
    settings = Settings(
        kafka=f"127.0.0.1:{port}",
        config=write_sample(directory),
        clickhouse=f"chdb://{directory / 'clickhouse'}",
        gateway_spool_dir=directory / "spool",
        partitions=2,
    )
    with (directory / "broker.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + 120
        while not broker_answers(settings):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        admin.create_topics(settings.kafka_access, 2, 1, admin.SHARED_TOPICS)
        _fill(settings)
        _clickhouse(settings, ARCHIVED, "select 1")
        yield Broker(directory, settings)
    finally:
        process.kill()
        process.wait()


def _clickhouse(settings: Settings, *statements: str) -> list[str]:
    """Run statements in a process of their own and return the first column of the last."""
    script = [sys.executable, "-c", ENGINE, settings.clickhouse, *statements]
    done = subprocess.run(script, capture_output=True, text=True, check=True)
    return done.stdout.split()


def event(name: str, subject: str, **data: Any) -> bytes:
    """An accepted event."""
    body = {
        "id": event_id("c", name, (subject,), json.dumps(data, sort_keys=True)),
        "source": "urn:ats:greenhouse:aoba:aoba-greenhouse",
        "type": full_type(name),
        "time": TIME,
        "recordedtime": TIME,
        "tenant": "aoba",
        "subject": subject,
        "deliveryid": f"deliv-{4 if subject in {CANDIDATE, APPLICATION} else 5}",
        "data": data,
    }
    return json.dumps(body).encode()


def application(name: str, candidate: str) -> dict[str, Any]:
    """The application of an event."""
    return {"id": name, "candidate_id": candidate, "applied_at": TIME, "job_id": "j-1"}


def _fill(settings: Settings) -> None:
    access = settings.kafka_access
    mine, other = application(APPLICATION, CANDIDATE), application("appl-2", "cand-2")
    created = event("application.created", APPLICATION, application=mine)
    packs = [
        (
            f"aoba/{APPLICATION}",
            [created, event("application.created", "appl-2", application=other)],
        ),
        (
            "aoba/appl-2",
            [event("application.rejected", "appl-2", application=other, party="company")],
        ),
        (f"aoba/{APPLICATION}", [event("application.hired", APPLICATION, application=mine)]),
        (f"aoba/{CANDIDATE}", [event("candidate.updated", CANDIDATE, candidate_id=CANDIDATE)]),
    ]
    registered = event(
        "relay.invited",
        APPLICATION,
        invitation_id="v1",
        token_id="t" * 32,
        scope="candidate",
        application_id=APPLICATION,
    )
    person = event("relay.registered", "r1", registration_id="r1", token_id="t" * 32, person=PERSON)
    ledger = {
        "tenant": "aoba",
        "seq": 1,
        "fact": {"kind": "registered", "person": PERSON},
        "entries": [{"kind": "counted", "person": PERSON, "application": APPLICATION}],
    }
    producer = clients.producer(access)
    for key, events in packs:
        producer.send(CANDIDATE_EVENTS.name, encode(events), key=key.encode(), partition=0)
    producer.send(CANDIDATE_EVENTS.name, encode([registered, person]), key=b"aoba/r1", partition=1)
    producer.send(CANDIDATE_EVENTS.name, f'{{"v":9,"x":"{CANDIDATE}"}}'.encode(), partition=1)
    producer.send(RELAY_LEDGER.name, json.dumps(ledger).encode(), key=b"aoba")
    for number, body in enumerate((f'{{"candidate":"{CANDIDATE}"}}', '{"candidate":"cand-2"}')):
        producer.send(QUARANTINE.name, _quarantined(settings, number, body), key=b"aoba")
    producer.flush()
    mapping = snapshot_mapping(load_tenancy(settings.config))
    live = Epoch(number=0, state="live", facts=fold.VERSION, meaning=mapping, changed=NOW)
    kafka_epochs.write(access, live)
    producer.close()
    position = {TopicPartition(CANDIDATE_EVENTS.name, 0): OffsetAndMetadata(3, "", -1)}
    role = clients.consumer(access, group_id=RELAY)
    role.assign(list(position))
    role.commit(position)
    role.close()


def _quarantined(settings: Settings, number: int, body: str) -> bytes:
    configuration = load(settings.config, {}, {vendor.name: vendor for vendor in VENDORS})
    key = configuration.connections["greenhouse", "aoba-greenhouse"].quarantine_key
    name = f"entry-{number}"
    entry = QuarantineEntry(
        id=name,
        tenant="aoba",
        connection="aoba-greenhouse",
        vendor="greenhouse",
        reason="unmapped_event",
        detail="x",
        at=NOW,
        sealed=encrypt(key, (), body.encode(), identity_of("aoba", "aoba-greenhouse", name)),
    )
    return entry.model_dump_json(exclude_none=True).encode()


def test_an_erased_person_leaves_no_byte_and_no_number(broker: Broker) -> None:
    """A dry run writes nothing; the erasure leaves no id on disk, the others' bytes, every offset and every cell."""
    before = broker.records(CANDIDATE_EVENTS)
    assert broker.files_with_ids()

    code, planned = broker.erase()

    assert (code, planned["events"], planned["quarantined"], planned["changed_cells"]) == (
        0,
        5,
        2,
        0,
    )
    assert planned["applications"] == [APPLICATION] and planned["cells"] > 0
    assert [r.value for r in broker.records(CANDIDATE_EVENTS)] == [r.value for r in before]

    _spool(broker, f"a delivery about {CANDIDATE}")
    assert "1 deliveries wait in the gateway's spool" in " ".join(
        broker.run("--apply").stderr.split()
    )
    _spool(broker, "")

    code, report = broker.erase("--apply")

    assert (code, report["applied"], report["remaining"]) == (0, True, 0)
    deadline = time.monotonic() + 60
    while (
        found := broker.files_with_ids()
    ):  # the broker removes the files of deleted topics after a second
        assert time.monotonic() < deadline, found
        time.sleep(0.2)
    after = broker.records(CANDIDATE_EVENTS)
    assert [(r.partition, r.offset, r.timestamp) for r in after] == [
        (r.partition, r.offset, r.timestamp) for r in before
    ]
    assert after[1].value == before[1].value
    assert len(broker.records(RELAY_LEDGER)) == 1
    assert [json.loads(r.value)["id"] for r in broker.records(QUARANTINE)] == ["entry-1"]
    assert _clickhouse(broker.settings, "select id from quarantined") == ["old-2"]
    assert len(broker.records(CLICKHOUSE_REBUILDS)) == 1
    (audited,) = audit_log.read(broker.settings, "aoba")
    assert audited.action == "erased" and not IDS.search(audited.model_dump_json().encode())


def _spool(broker: Broker, payload: str) -> None:
    """Leave a delivery in the spool of a stopped gateway, or hand over the one that waits."""
    store = SpoolStore(broker.directory / "spool")
    if payload:
        store.append([SpoolRecord("events", 0.0, payload.encode())])
    else:
        store.remove("events", store.read("events", 1, 1), [])
        store.compact()
    store.close()


def test_what_ends_by_age_ends_on_the_broker(broker: Broker) -> None:
    """The broker keeps a topic as configured, a second setting changes nothing; who was erased does not expire again."""
    access = broker.settings.kafka_access
    topics = ending_topics(TopicRetention(quarantine_days=7))

    assert [set_retention(access, topics) for _ in range(2)] == [[QUARANTINE.name], []]
    assert read_retention(access, topics)[QUARANTINE.name] == 7 * DAY_MS
    expired = expired_ids(access, "aoba", date(2026, 3, 4), lambda _name, _done: None)
    assert expired == {Reference("application", "appl-2"), Reference("candidate", "cand-2")}


def test_whoever_reads_the_events_goes_on_where_it_was(broker: Broker) -> None:
    """The position of a role survives, and the live numbers ask for a replay that forgets the person in workers."""
    _rewrite_nothing(broker)
    finish(broker)

    group = clients.admin(broker.settings.kafka_access)
    offsets = group.list_group_offsets({RELAY: None})[RELAY]
    group.close()

    assert offsets[TopicPartition(CANDIDATE_EVENTS.name, 0)].offset == 3
    with pytest.raises(kafka_epochs.OutdatedEpoch, match="hirelay replay"):
        kafka_epochs.ensure_epoch(
            broker.settings.kafka_access,
            None,
            snapshot_mapping(load_tenancy(broker.settings.config)),
            NOW,
        )


def test_an_interrupted_erasure_is_finished_before_anything_starts(broker: Broker) -> None:
    """With whole copies that were not put in place no topic is created; the next erasure finishes and loses no record."""
    before = [record.value for record in broker.records(CANDIDATE_EVENTS)]
    _rewrite_nothing(broker)
    with pytest.raises(Unavailable, match="interrupted"):
        admin.ensure_topics(broker.settings.kafka_access, 2, 1)

    assert finish(broker)

    assert [record.value for record in broker.records(CANDIDATE_EVENTS)] == before
    admin.ensure_topics(broker.settings.kafka_access, 2, 1)


def test_copies_that_are_not_whole_are_discarded(broker: Broker) -> None:
    """An erasure that ended while it copied has changed nothing."""
    rewriter = Rewriter(broker.settings.kafka_access, 1)
    rewriter.stage(_verbatim(QUARANTINE), lambda _done: None, dict)
    rewriter.close()

    assert not finish(broker)

    admin.ensure_topics(broker.settings.kafka_access, 2, 1)


def finish(broker: Broker) -> bool:
    """Finish an interrupted erasure in a process of its own, because the engine allows one directory per process."""
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        return process.submit(finish_interrupted, broker.settings, NOW).result()


def _verbatim(topic: Any) -> Rewriting:
    return Rewriting(
        topic=topic,
        transform=lambda record: (record.key, record.value),
        keeps_offsets=topic is CANDIDATE_EVENTS,
    )


def _rewrite_nothing(broker: Broker) -> None:
    """Leave the whole copies of an erasure that ended before it put them in place."""
    rewriter = Rewriter(broker.settings.kafka_access, 1)
    for topic in (QUARANTINE, RELAY_LEDGER, CANDIDATE_EVENTS):
        rewriter.stage(_verbatim(topic), lambda _done: None, lambda: {"dropped": []})
    rewriter.close()
