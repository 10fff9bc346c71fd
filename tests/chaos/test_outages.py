"""Outages of one part of a stack under load: everything that was accepted is counted once, when it is back."""

import json
import os
import signal
import time
import uuid
from collections.abc import Callable

from kafka import KafkaProducer

from schemas.kafka.topics import CANDIDATE_EVENTS, KPI_CELLS
from streams.configuration.settings import load_settings
from streams.kafka import epochs
from streams.kafka.topic_reader import TopicReader
from streams.tools.rebuild import end_offsets
from tests.e2e.conftest import Stack, wait_until
from tests.e2e.progress import watching
from tests.e2e.test_rebuild import (
    archived,
    play,
    stopped,
)

RATE = 100  # deliveries per second
BROKER_AWAY_S = 60
CLICKHOUSE_AWAY_S = 60
GATEWAY_KILLS = 20
TIMES = 10

Seen = Callable[[str, object], None]


def test_a_killed_gateway_loses_nothing(stack: Stack, record_property: Seen) -> None:
    """Killed again and again while senders retry: what was answered is counted, and nothing twice."""
    load = stack.simulate("--events", str(RATE * 60), "--rate", str(RATE), "--seed", "61")
    for _ in range(GATEWAY_KILLS):
        stack.wait_for_restart("gateway", stack.kill("gateway"))
    output, _ = load.communicate(timeout=400)
    verdict = stack.verify()
    record_property("seen", f"{output.strip().splitlines()[-1]}; {verdict['cells']} cells equal")

    assert load.returncode == 0, output
    assert verdict["equal"], verdict["differences"][:3]


def test_a_frozen_broker_costs_no_delivery(stack: Stack, record_property: Seen) -> None:
    """Deliveries are accepted all the time, and all are counted soon after the broker is back."""
    seconds = BROKER_AWAY_S + 20
    load = stack.simulate("--events", str(RATE * seconds), "--rate", str(RATE), "--seed", "62")
    with stopped(stack, "kafka"):
        time.sleep(BROKER_AWAY_S)
    output, _ = load.communicate(timeout=400)
    back = time.monotonic()
    verdict = stack.verify()
    report = output.strip().splitlines()[-1]
    record_property(
        "seen", f"{report}; equal {time.monotonic() - back:.0f} s after the last of them"
    )

    assert load.returncode == 0, output
    assert verdict["equal"], verdict["differences"][:3]


def test_clickhouse_is_away_under_load(stack: Stack, record_property: Seen) -> None:
    """It stands still for a minute, then dies: soon after it is back, every row is there once."""
    seconds = CLICKHOUSE_AWAY_S + 10
    load = stack.simulate("--events", str(RATE * seconds), "--rate", str(RATE), "--seed", "63")
    with stopped(stack, "archiver") as pid:
        time.sleep(CLICKHOUSE_AWAY_S)
        os.kill(pid, signal.SIGKILL)
    output, _ = load.communicate(timeout=400)
    stack.wait_for_restart("archiver", pid)
    stack.wait_for_clickhouse()
    back = time.monotonic()
    archived(stack)
    caught_up_s = time.monotonic() - back
    verdict = stack.verify()
    record_property("seen", f"caught up in {caught_up_s:.0f} s; {verdict['cells']} cells equal")

    assert load.returncode == 0, output
    assert verdict["equal"], verdict["differences"][:3]


def cell_rows(stack: Stack) -> int:
    """Return how many rows of cells were ever written in the live epoch."""
    settings = load_settings(stack.state)
    live = epochs.live_epoch(epochs.read(settings.kafka_access))
    assert live is not None
    topic = KPI_CELLS.in_epoch(live.number).name
    return sum(end for (name, _), end in end_offsets(settings).items() if name == topic)


def test_everything_arrives_ten_times(stack: Stack, record_property: Seen) -> None:
    """Every record of the log is written again, nine times: no cell changes, and none is written."""
    play(stack, seed=64)
    before, rows = stack.verify(), cell_rows(stack)
    access = load_settings(stack.state).kafka_access
    reader = TopicReader(access, CANDIDATE_EVENTS)
    records = list(reader.read())
    reader.close()
    producer = KafkaProducer(bootstrap_servers=access.servers)
    copies = [
        producer.send(
            CANDIDATE_EVENTS.name, record.value, key=record.key, partition=record.partition
        )
        for _ in range(TIMES - 1)
        for record in records
    ]
    for copy in copies:
        copy.get(timeout=300)
    producer.close()
    with watching(stack.state) as watch:
        wait_until(lambda: watch.lag == 0, 600)
    after = stack.verify()
    record_property("seen", f"{after['deliveries']} deliveries of {after['events']} events")

    assert (after["equal"], after["events"], after["cells"]) == (
        True,
        before["events"],
        before["cells"],
    )
    assert cell_rows(stack) == rows


def test_a_newer_gateway_may_write(stack: Stack, record_property: Seen) -> None:
    """Fields and event types that this version does not know do not stop it, and count nothing."""
    access = load_settings(stack.state).kafka_access
    event = {
        "id": uuid.uuid4().hex,
        "source": "urn:ats:standard:sakura:newer",
        "type": "recruit.application.created.v1",
        "time": "2026-04-01T00:00:00Z",
        "tenant": "sakura",
        "subject": f"newer-{uuid.uuid4().hex[:6]}",
        "field_of_tomorrow": {"deep": [1]},
        "data": {"application": {"id": "newer"}, "channel": {"id": "newer", "mood": "good"}},
    }
    unknown = {**event, "id": uuid.uuid4().hex, "type": "recruit.application.teleported.v1"}
    before = stack.verify()
    producer = KafkaProducer(bootstrap_servers=access.servers)
    for number, packed in enumerate((event, unknown)):
        value = json.dumps({"v": 1, "events": [packed], "tomorrow": True}).encode()
        producer.send(CANDIDATE_EVENTS.name, value, key=b"sakura/newer", partition=number)
    producer.flush()
    producer.close()
    after = stack.verify()
    record_property("seen", f"{after['events'] - before['events']} event counted, no poison")

    assert after["equal"], after["differences"][:3]
    assert (after["events"], after["poison"]) == (before["events"] + 1, before["poison"])
