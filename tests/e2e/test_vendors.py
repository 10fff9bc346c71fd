"""Webhooks of every vendor through gateway, Kafka, worker and ClickHouse, and what operators do about them."""

import json
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest
import yaml

from schemas.cells import Cells
from schemas.funnel.rules import TenantRules
from schemas.kafka.topics import CANDIDATE_EVENTS
from schemas.tenants.mapping_snapshot import snapshot_mapping
from streams.configuration.files import load_tenancy
from streams.configuration.kafka_access import KafkaAccess
from streams.kafka.topic_reader import TopicReader
from streams.tools.verify.comparison import clickhouse_cells
from streams.tools.verify.oracle import Oracle
from tests.e2e.configuration import days, post_delivery, secret_of, totals
from tests.e2e.conftest import Stack, wait_until
from tests.e2e.probe import post
from tests.ingest.gateways import Fixture, fixture
from tests.vendors.stories import FOLDER, STORIES, Story

SEEN_S = 20.0
STATES_SQL = "select state from v_quarantined where connection = 'waiting-gh'"


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.vendor)
def test_a_story_reaches_its_cells(configured_stack: Stack, story: Story) -> None:
    """A vendor's signed deliveries reach ClickHouse with the counts computed by hand."""
    for number, delivery in enumerate(story.fixtures()):
        assert (
            200 <= post_delivery(configured_stack, f"{story.vendor}-story", delivery, number) < 300
        )

    expected = [story.counts_by_day(day) for day in days()]
    wait_until(lambda: totals(configured_stack, f"of-{story.vendor}") in expected, SEEN_S)


def test_a_delivery_that_waited_for_a_secret_counts_once(configured_stack: Stack) -> None:
    """A delivery stored while the secret was unknown counts once after a replay, and never twice."""
    move = fixture(FOLDER / "greenhouse/hire_candidate.json")
    assert post_delivery(configured_stack, "waiting-gh", move) == 200
    listed = json.loads(
        configured_stack.hirelay(
            "dlq", "list", "--connection", "waiting-gh", "--format", "json"
        ).stdout
    )
    early = configured_stack.hirelay("dlq", "replay", "--connection", "waiting-gh")
    file = Path(configured_stack.run_file()["settings"]["config"]).parent / "waiting-gh-secret"
    file.write_text(secret_of("greenhouse", "waiting-gh"))
    description = configured_stack.hirelay("dlq", "show", listed[0]["id"][:8])
    late = configured_stack.hirelay("dlq", "replay", "--connection", "waiting-gh")
    again = configured_stack.hirelay("dlq", "replay", "--connection", "waiting-gh")

    assert [entry["reason"] for entry in listed] == ["pending_secret"]
    assert (early.returncode, late.returncode, again.returncode) == (1, 0, 0)
    assert "counts: 1 event" not in early.stdout
    assert "hire_candidate" in description.stdout
    assert '"name": "text of 1"' in description.stdout
    wait_until(lambda: bool(totals(configured_stack, "waiting")), SEEN_S)
    counted = totals(configured_stack, "waiting")
    wait_until(lambda: post_delivery(configured_stack, "waiting-gh", move) == 200, 10)
    assert configured_stack.verify()["equal"]
    assert totals(configured_stack, "waiting") == counted
    wait_until(lambda: configured_stack.query(STATES_SQL) == [("replayed",)], SEEN_S)


def test_a_dropped_entry_stays_dropped(configured_stack: Stack) -> None:
    """A dropped entry keeps its reason and leaves the list of open entries."""
    strange = Fixture("greenhouse", json.dumps({"action": f"new_{uuid.uuid4().hex[:6]}"}).encode())
    assert post_delivery(configured_stack, "greenhouse-story", strange) == 200
    (entry,) = json.loads(
        configured_stack.hirelay(
            "dlq", "list", "--connection", "greenhouse-story", "--format", "json"
        ).stdout
    )
    done = configured_stack.hirelay("dlq", "drop", entry["id"][:10], "--because", "a trial")
    left = configured_stack.hirelay("dlq", "list", "--connection", "greenhouse-story")
    dropped = configured_stack.hirelay("dlq", "list", "--entries", "dropped", "--format", "json")

    assert done.stdout.strip() == "1 dropped"
    assert "No quarantined deliveries" in left.stdout
    assert [entry["resolution"] for entry in json.loads(dropped.stdout)] == ["a trial"]


def expected_cells(configured_stack: Stack) -> Cells:
    """Return the cells of a system that had the current configuration from the beginning."""
    run = configured_stack.run_file()
    log, oracle = (
        TopicReader(KafkaAccess(bootstrap=run["settings"]["kafka"]), CANDIDATE_EVENTS),
        Oracle(),
    )
    for record in log.read():
        oracle.add(record.offset, record.value)
    log.close()
    return oracle.cells(
        TenantRules(snapshot_mapping(load_tenancy(Path(run["settings"]["config"]))))
    )


def test_a_changed_mapping_and_a_replay_equal_a_fresh_start(configured_stack: Stack) -> None:
    """After `hirelay replay` a suggested and configured mapping counts as if it had always been there."""
    for number, name in enumerate(
        ("applicationCreated", "candidateStageChange", "candidateArchiveChange")
    ):
        post_delivery(
            configured_stack, "mapping-lever", fixture(FOLDER / f"lever/{name}.json"), number
        )
    wait_until(lambda: "entered.unmapped" in str(totals(configured_stack, "mapping")), SEEN_S)
    suggested = configured_stack.hirelay("mapping", "suggest", "--connection", "mapping-lever")
    stage = "2ca03d97-d4f2-4a97-89de-96c8b0d07924"
    reason = "c97322d4-a7f3-4008-948c-4f8e9c58d372"
    path = Path(configured_stack.run_file()["settings"]["config"])
    loaded = yaml.safe_load(path.read_text())
    lever = next(t for t in loaded["tenants"] if t["id"] == "mapping")["connections"][0]
    lever["stages"] = [{"stage_id": stage, "milestone": "assessment"}]
    lever["reasons"] = [{"reason_id": reason, "party": "candidate"}]
    path.write_text(yaml.safe_dump(loaded, sort_keys=False))
    unchanged = totals(configured_stack, "mapping")
    done = configured_stack.hirelay("replay")
    again = configured_stack.hirelay("replay")

    assert stage in suggested.stdout
    assert reason in suggested.stdout
    assert "counted as unmapped" in suggested.stderr
    assert "entered.unmapped" in str(unchanged)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "EQUAL" in done.stdout
    assert "nothing to replay" in again.stdout
    counts = str(totals(configured_stack, "mapping"))
    assert "entered.assessment" in counts
    assert "withdrew.assessment" in counts
    assert "unmapped" not in counts
    (epoch,) = configured_stack.query("select max(number) from epochs final where state = 'live'")[
        0
    ]
    assert clickhouse_cells(configured_stack.client(), epoch) == expected_cells(configured_stack)
    post_delivery(
        configured_stack, "mapping-lever", fixture(FOLDER / "lever/candidateDeleted.json"), 9
    )
    assert configured_stack.verify()["equal"]


def test_a_new_connection_shows_its_first_event(configured_stack: Stack) -> None:
    """`connect --wait` creates a connection and exits when its first event has passed the running gateway."""
    command = (
        "connect",
        "ashby",
        "--tenant",
        "connecting",
        "--wait",
        "--state",
        str(configured_stack.state),
    )
    waiting = subprocess.Popen(
        [sys.executable, "-m", "streams", *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    submit = fixture(FOLDER / "ashby/applicationSubmit.json")

    def is_there() -> bool:
        connections = [entry["id"] for entry in configured_stack.run_file()["connections"]]
        return "connecting-ashby" in connections

    wait_until(is_there, 30)
    number = iter(range(1_000))

    def arrived() -> bool:
        post_delivery(configured_stack, "connecting-ashby", submit, next(number))
        return waiting.poll() is not None

    wait_until(arrived, 60)
    output, _ = waiting.communicate(timeout=10)

    assert waiting.returncode == 0, output
    assert "/hooks/ashby/connecting-ashby" in output
    assert "applicationSubmit" in output
    assert "the first event has arrived" in output
    (health,) = [
        status
        for status in json.loads(configured_stack.hirelay("connections", "--format", "json").stdout)
        if status["connection"] == "connecting-ashby"
    ]
    assert health["deliveries"]["accepted"] >= 1
    assert "candidateHire" in health["never_seen"]
    assert "applicationSubmit" not in health["never_seen"]


PEOPLE, APPLICATIONS_EACH = 40, 3


def test_people_are_erased_exactly_under_crashes(configured_stack: Stack) -> None:
    """Merges and deletions reach all applications of a person in every partition, even when workers are killed."""
    connection = configured_stack.connection("erasing-events")

    def post_event(kind: str, **data: Any) -> None:
        assert post(connection, kind, data) < 300

    for person in range(PEOPLE):
        for number in range(APPLICATIONS_EACH):
            application = {
                "id": f"p{person}-{number}",
                "candidate_id": f"p{person}",
                "applied_at": "2026-03-01T00:00:00Z",
            }
            post_event("application.created", application=application, channel={"id": "doda"})
        if person == PEOPLE // 3:
            configured_stack.wait_for_restart("worker", configured_stack.kill("worker"))
    for person in range(0, PEOPLE, 2):
        post_event("candidate.merged", from_id=f"p{person}", into_id=f"p{person + 1}")
    configured_stack.wait_for_restart("worker", configured_stack.kill("worker"))
    for person in range(1, PEOPLE, 4):
        post_event("candidate.deleted", candidate_id=f"p{person}")
        if person == 1:
            configured_stack.wait_for_restart("worker", configured_stack.kill("worker"))
    verdict = configured_stack.verify()
    counted = sum(
        tally.get("applications", 0) for tally in totals(configured_stack, "erasing").values()
    )

    assert verdict["differences"] == []
    assert counted == PEOPLE // 2 * APPLICATIONS_EACH
