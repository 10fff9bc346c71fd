"""A mapping is proposed from what a connection has really sent; what nobody can know is left open and counted."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from schemas.events import packs
from schemas.tenants.config import Connection, ReasonRule, StageRule
from schemas.tenants.milestones import MILESTONES, UNMAPPED, by_name
from schemas.tenants.reasons import BY_PARTY
from sinks.clickhouse.writer import Writer
from streams.archive.rows import RecordPosition, event_rows
from streams.ingest.kafka.packer import encode
from streams.tools.connect import mapping
from tests.ingest import gateways

TODAY = date(2026, 4, 1)
VENDORS = Path(__file__).parents[2] / "vendors"
WORDS = yaml.safe_load((Path(mapping.__file__).parent / "words.yaml").read_text())


def archived(client: Any, *names: str, stages: dict[str, str] | None = None) -> None:
    """Deliveries in the archive, as the gateway and the archiver bring them there."""
    for offset, name in enumerate(names):
        body = (VENDORS / f"{name}.json").read_text()
        for old, new in (stages or {}).items():
            body = body.replace(old, new)
        events = gateways.Fixture(name.split("/")[0], body.encode()).translated().events
        pack = packs.encode([encode(event) for event in events])
        rows = event_rows(RecordPosition("candidate-events", 0, offset), pack)
        Writer(client).write(rows, f"{name}{stages}")


def proposed(client: Any, vendor: str, **rules: Any) -> dict[str, mapping.Proposal]:
    """By name, else by id."""
    connection = Connection(id=f"acme-{vendor}", vendor=vendor, **rules)
    found = mapping.suggest(client, "acme", connection, TODAY)
    return {each.name or each.id: each for each in found}


@pytest.fixture(scope="module")
def filled(client: Any) -> Any:
    """Applications at known, hinted and strange stages, ended for known and unknown reasons."""
    archived(client, "workable/candidate_created", "workable/candidate_moved")
    archived(
        client,
        "workable/candidate_moved",
        stages={'"一次面接"': '"役員面接"', '"stage_kind": "interview"': '"stage_kind": null'},
    )
    archived(
        client,
        "workable/candidate_moved",
        stages={'"一次面接"': '"Zzyzx"', '"stage_kind": "interview"': '"stage_kind": null'},
    )
    archived(client, "lever/applicationCreated", "lever/candidateArchiveChange")
    return client


def test_stages_seen_are_proposed(filled: Any) -> None:
    """A well-known name is known, a hint is a guess, and of the rest nothing is said."""
    found = proposed(filled, "workable")

    assert (found["Applied"].means, found["Applied"].basis) == ("applied", "known")
    assert (found["一次面接"].means, found["一次面接"].basis) == ("interview_1", "known")
    assert (found["役員面接"].means, found["役員面接"].basis) == ("final_interview", "guessed")
    assert (found["Zzyzx"].means, found["Zzyzx"].basis) == ("", "unmapped")
    assert found["Zzyzx"].applications == 1


def test_what_is_configured_goes_first(filled: Any) -> None:
    """On the days on which it is in force."""
    rule = StageRule(stage_name="一次面接", milestone="casual")
    over = StageRule(stage_name="Applied", milestone="casual", until=TODAY)
    found = proposed(filled, "workable", stages=(rule, over))

    assert (found["一次面接"].means, found["一次面接"].basis) == ("casual", "configured")
    assert found["Applied"].basis == "known"


def test_reasons_seen_are_proposed(filled: Any) -> None:
    """Lever's reasons are ids: nobody can know, until somebody says so."""
    key = "c97322d4-a7f3-4008-948c-4f8e9c58d372"
    rule = ReasonRule(reason_id=key, party="candidate")

    assert proposed(filled, "lever")[key].basis == "unmapped"
    assert proposed(filled, "lever", reasons=(rule,))[key].means == "candidate"


def test_the_proposal_is_configuration(filled: Any) -> None:
    """Pasted under the connection it is valid; what is open is a comment that becomes valid when it is filled in."""
    connection = Connection(id="acme-workable", vendor="workable")
    found = mapping.suggest(filled, "acme", connection, TODAY)
    text = mapping.as_yaml("acme-workable", found)
    filled_in = text.replace("# - {", "- {").replace("…", "assessment")
    for each in (text, filled_in):
        loaded = json.loads(json.dumps(yaml.safe_load(each)))
        rules = [StageRule.model_validate(rule) for rule in loaded["stages"]]
        assert len(rules) == 3 + (each is filled_in)
    assert "Zzyzx (1)" in mapping.summary("acme-workable", found)


def test_the_words_lead_somewhere() -> None:
    """Every word names a standard milestone or party, and none stands behind one that would be found before it."""
    for kind, known in (("stages", MILESTONES), ("reasons", tuple(BY_PARTY))):
        words = [part for part, _ in WORDS[kind]]
        assert {means for _, means in WORDS[kind]} <= set(known)
        hidden = [
            word for at, word in enumerate(words) if any(earlier in word for earlier in words[:at])
        ]
        assert hidden == []


@pytest.mark.parametrize(("word", "means"), [tuple(each) for each in WORDS["stages"]])
def test_no_guess_contradicts_what_is_known(word: str, means: str) -> None:
    """Where a name is known without a person, the words say the same."""
    assert by_name(word, None) in {UNMAPPED, means}
