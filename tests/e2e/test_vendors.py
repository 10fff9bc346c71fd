"""Webhooks of every vendor through gateway, Kafka, worker and ClickHouse; and what people do about them."""

import json
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from schemas.cells import Cells
from schemas.funnel.rules import TenantRules
from schemas.kafka.topics import CANDIDATE_EVENTS
from schemas.tenants.mapping_snapshot import meaning
from streams.configuration.files import load_tenancy
from streams.tools.verify.comparison import Oracle, TopicReader, clickhouse_cells
from tests.e2e.configuration import days, posted, secret_of, totals, written
from tests.e2e.conftest import Stack, running, wait_until
from tests.e2e.probe import post
from tests.ingest.gateways import Fixture, fixture
from tests.vendors.stories import FOLDER, STORIES, Story

SEEN_S = 20.0


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack with a configuration of its own."""
    folder = tmp_path_factory.mktemp("house")
    state = folder / "state"
    state.mkdir()
    with running(state, "--config", str(written(folder))) as stack:
        yield stack


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.vendor)
def test_a_story_reaches_its_cells(house: Stack, story: Story) -> None:
    """What a vendor sends, signed as it signs, is in ClickHouse as it was counted by hand."""
    for number, delivery in enumerate(story.told()):
        assert 200 <= posted(house, f"{story.vendor}-story", delivery, number) < 300

    expected = [story.on(day) for day in days()]
    wait_until(lambda: totals(house, f"of-{story.vendor}") in expected, SEEN_S)


def test_what_waited_for_a_secret_counts_once(house: Stack) -> None:
    """Kept while the secret was unknown, counted by a replay after it is known, and never twice."""
    move = fixture(FOLDER / "greenhouse/hire_candidate.json")
    assert posted(house, "waiting-gh", move) == 200
    listed = json.loads(
        house.hirelay("dlq", "list", "--connection", "waiting-gh", "--format", "json").stdout
    )
    early = house.hirelay("dlq", "replay", "--connection", "waiting-gh")
    file = Path(house.run()["settings"]["config"]).parent / "waiting-gh-secret"
    file.write_text(secret_of("greenhouse"))
    shown = house.hirelay("dlq", "show", listed[0]["id"][:8])
    late = house.hirelay("dlq", "replay", "--connection", "waiting-gh")
    again = house.hirelay("dlq", "replay", "--connection", "waiting-gh")

    assert [each["reason"] for each in listed] == ["pending_secret"]
    assert (early.returncode, late.returncode, again.returncode) == (1, 0, 0)
    assert "counts: 1 event" not in early.stdout
    assert "hire_candidate" in shown.stdout
    assert '"name": "text of 1"' in shown.stdout
    wait_until(lambda: bool(totals(house, "waiting")), SEEN_S)
    counted = totals(house, "waiting")
    wait_until(lambda: posted(house, "waiting-gh", move) == 200, 10)
    assert house.verdict()["equal"]
    assert totals(house, "waiting") == counted
    states = house.asked("select state from v_quarantined where connection = 'waiting-gh'")
    assert states == [("replayed",)]


def test_what_is_dropped_stays_dropped(house: Stack) -> None:
    """With its reason, and out of the list."""
    strange = Fixture("greenhouse", json.dumps({"action": f"new_{uuid.uuid4().hex[:6]}"}).encode())
    assert posted(house, "greenhouse-story", strange) == 200
    (entry,) = json.loads(
        house.hirelay("dlq", "list", "--connection", "greenhouse-story", "--format", "json").stdout
    )
    done = house.hirelay("dlq", "drop", entry["id"][:10], "--because", "a trial")
    left = house.hirelay("dlq", "list", "--connection", "greenhouse-story")
    every = house.hirelay("dlq", "list", "--entries", "dropped", "--format", "json")

    assert done.stdout.strip() == "1 let go of"
    assert "Nothing is set aside" in left.stdout
    assert [each["resolution"] for each in json.loads(every.stdout)] == ["a trial"]


def fresh_start(house: Stack) -> Cells:
    """What a system that had the present configuration from the beginning would show."""
    run = house.run()
    log, oracle = TopicReader(run["settings"]["kafka"], CANDIDATE_EVENTS), Oracle()
    for record in log.read():
        oracle.read(record.offset, record.value)
    log.close()
    return oracle.cells(TenantRules(meaning(load_tenancy(Path(run["settings"]["config"])))))


def test_a_changed_mapping_and_a_replay_equal_a_fresh_start(house: Stack) -> None:
    """A mapping is proposed, configured, and counts after `hirelay replay` as if it had always been there."""
    for number, name in enumerate(
        ("applicationCreated", "candidateStageChange", "candidateArchiveChange")
    ):
        posted(house, "mapping-lever", fixture(FOLDER / f"lever/{name}.json"), number)
    wait_until(lambda: "entered.unmapped" in str(totals(house, "mapping")), SEEN_S)
    suggested = house.hirelay("mapping", "suggest", "--connection", "mapping-lever")
    stage = "2ca03d97-d4f2-4a97-89de-96c8b0d07924"
    reason = "c97322d4-a7f3-4008-948c-4f8e9c58d372"
    path = Path(house.run()["settings"]["config"])
    loaded = yaml.safe_load(path.read_text())
    lever = next(t for t in loaded["tenants"] if t["id"] == "mapping")["connections"][0]
    lever["stages"] = [{"stage_id": stage, "milestone": "assessment"}]
    lever["reasons"] = [{"reason_id": reason, "party": "candidate"}]
    path.write_text(yaml.safe_dump(loaded, sort_keys=False))
    unchanged = totals(house, "mapping")
    done = house.hirelay("replay")
    again = house.hirelay("replay")

    assert stage in suggested.stdout
    assert reason in suggested.stdout
    assert "counted as unmapped" in suggested.stderr
    assert "entered.unmapped" in str(unchanged)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "EQUAL" in done.stdout
    assert "nothing to replay" in again.stdout
    counts = str(totals(house, "mapping"))
    assert "entered.assessment" in counts
    assert "withdrew.assessment" in counts
    assert "unmapped" not in counts
    (epoch,) = house.asked("select max(number) from epochs final where state = 'live'")[0]
    assert clickhouse_cells(house.client(), epoch) == fresh_start(house)
    posted(house, "mapping-lever", fixture(FOLDER / "lever/candidateDeleted.json"), 9)
    assert house.verdict()["equal"]


def test_a_new_connection_shows_its_first_event(house: Stack) -> None:
    """`connect --wait` makes it, and ends when the first event has come through the running gateway."""
    command = ("connect", "ashby", "--tenant", "connecting", "--wait", "--state", str(house.state))
    waiting = subprocess.Popen(
        [sys.executable, "-m", "streams", *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    submit = fixture(FOLDER / "ashby/applicationSubmit.json")

    def is_there() -> bool:
        known = [each["id"] for each in house.run()["connections"]]
        return "connecting-ashby" in known

    wait_until(is_there, 30)
    number = iter(range(1_000))

    def arrived() -> bool:
        posted(house, "connecting-ashby", submit, next(number))
        return waiting.poll() is not None

    wait_until(arrived, 60)
    said, _ = waiting.communicate(timeout=10)

    assert waiting.returncode == 0, said
    assert "/hooks/ashby/connecting-ashby" in said
    assert "applicationSubmit" in said
    assert "the first event has arrived" in said
    (health,) = [
        each
        for each in json.loads(house.hirelay("connections", "--format", "json").stdout)
        if each["connection"] == "connecting-ashby"
    ]
    assert health["deliveries"]["accepted"] >= 1
    assert "candidateHire" in health["never_seen"]
    assert "applicationSubmit" not in health["never_seen"]


PEOPLE, EACH = 40, 3


def test_people_are_erased_exactly_under_crashes(house: Stack) -> None:
    """Merges and deletions reach every application of a person in every partition, killed workers or not."""
    door = house.connection("erasing-events")

    def say(kind: str, **data: Any) -> None:
        assert post(door, kind, data) < 300

    for person in range(PEOPLE):
        for number in range(EACH):
            application = {
                "id": f"p{person}-{number}",
                "candidate_id": f"p{person}",
                "applied_at": "2026-03-01T00:00:00Z",
            }
            say("application.created", application=application, channel={"id": "doda"})
        if person == PEOPLE // 3:
            house.wait_for_new("worker", house.kill("worker"))
    for person in range(0, PEOPLE, 2):
        say("candidate.merged", from_id=f"p{person}", into_id=f"p{person + 1}")
    house.wait_for_new("worker", house.kill("worker"))
    for person in range(1, PEOPLE, 4):
        say("candidate.deleted", candidate_id=f"p{person}")
        if person == 1:
            house.wait_for_new("worker", house.kill("worker"))
    verdict = house.verdict()
    counted = sum(tally.get("applications", 0) for tally in totals(house, "erasing").values())

    assert verdict["differences"] == []
    assert counted == PEOPLE // 2 * EACH
