"""Mappings are proposed from what a connection has sent; whatever cannot be known stays unmapped and is counted."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from schemas.events import packs
from schemas.tenants.config import Connection, ReasonRule, StageRule
from schemas.tenants.milestones import MILESTONES, UNMAPPED, lookup_milestone
from schemas.tenants.reasons import EVENT_BY_PARTY
from sinks.clickhouse.writer import Writer
from streams.archive.rows import RecordPosition, event_rows
from streams.ingest.kafka.publisher import encode
from streams.tools.connect import mapping
from tests.ingest import gateways

TODAY = date(2026, 4, 1)
VENDORS = Path(__file__).parents[2] / "vendors"
WORDS = yaml.safe_load((Path(mapping.__file__).parent / "words.yaml").read_text())


def archive_deliveries(client: Any, *names: str, stages: dict[str, str] | None = None) -> None:
    """Write deliveries to the archive as the gateway and the archiver do."""
    for offset, name in enumerate(names):
        body = (VENDORS / f"{name}.json").read_text()
        for old, new in (stages or {}).items():
            body = body.replace(old, new)
        events = gateways.Fixture(name.split("/")[0], body.encode()).translated().events
        pack = packs.encode([encode(event).body for event in events])
        rows = event_rows(RecordPosition("candidate-events", 0, offset), pack)
        Writer(client).write(rows, f"{name}{stages}")


def proposals_by_name(client: Any, vendor: str, **rules: Any) -> dict[str, mapping.Proposal]:
    """Proposals by name, or by id if there is no name."""
    connection = Connection(id=f"acme-{vendor}", vendor=vendor, **rules)
    suggestions = mapping.suggest(client, "acme", connection, TODAY)
    return {proposal.name or proposal.id: proposal for proposal in suggestions}


@pytest.fixture(scope="module")
def archive(client: Any) -> Any:
    """Applications at known, guessable and unknown stages, ended for known and unknown reasons."""
    archive_deliveries(client, "workable/candidate_created", "workable/candidate_moved")
    archive_deliveries(
        client,
        "workable/candidate_moved",
        stages={'"一次面接"': '"役員面接"', '"stage_kind": "interview"': '"stage_kind": null'},
    )
    archive_deliveries(
        client,
        "workable/candidate_moved",
        stages={'"一次面接"': '"Zzyzx"', '"stage_kind": "interview"': '"stage_kind": null'},
    )
    for name in ("内定辞退", "Archived"):
        archive_deliveries(client, "workable/candidate_moved", stages={'"一次面接"': f'"{name}"'})
    archive_deliveries(client, "lever/applicationCreated", "lever/candidateArchiveChange")
    archive_deliveries(
        client, "ashby/candidateStageChange", "ashby/interviewScheduleCreate__scheduled"
    )
    return client


def test_stages_seen_are_proposed(archive: Any) -> None:
    """A well-known name is known, a partial match is guessed, and any other name is unmapped."""
    suggestions = proposals_by_name(archive, "workable")

    assert (suggestions["Applied"].meaning, suggestions["Applied"].basis) == ("applied", "known")
    assert (suggestions["一次面接"].meaning, suggestions["一次面接"].basis) == (
        "interview_1",
        "known",
    )
    assert (suggestions["役員面接"].meaning, suggestions["役員面接"].basis) == (
        "final_interview",
        "guessed",
    )
    assert (suggestions["Zzyzx"].meaning, suggestions["Zzyzx"].basis) == ("", "unmapped")
    assert suggestions["Zzyzx"].applications == 1


def test_a_stage_that_is_an_ending_is_proposed_as_one(archive: Any) -> None:
    """A name with a word for an ending is proposed as one, with its party if it gives one."""
    suggestions = proposals_by_name(archive, "workable")
    declined, archived = suggestions["内定辞退"], suggestions["Archived"]

    assert (declined.field, declined.meaning, declined.basis) == ("ending", "candidate", "guessed")
    assert (archived.field, archived.meaning, archived.basis) == ("ending", "", "unmapped")
    assert suggestions["一次面接"].field == "milestone"


def test_a_configured_ending_is_shown_as_one(archive: Any) -> None:
    """A rule that makes a stage an ending is shown as it is written, whatever the stage's name."""
    rule = StageRule(stage_name="Zzyzx", ending="neither")
    proposal = proposals_by_name(archive, "workable", stages=(rule,))["Zzyzx"]

    assert (proposal.field, proposal.meaning, proposal.basis) == (
        "ending",
        "neither",
        "configured",
    )


def test_a_stage_keeps_its_name(archive: Any) -> None:
    """An interview names its stage by the id alone; the name that a move gave stays."""
    assert proposals_by_name(archive, "ashby")["一次面接"].meaning == "interview_1"


def test_configured_rules_take_precedence(archive: Any) -> None:
    """A configured rule takes precedence while it is in force."""
    rule = StageRule(stage_name="一次面接", milestone="casual")
    over = StageRule(stage_name="Applied", milestone="casual", until=TODAY)
    suggestions = proposals_by_name(archive, "workable", stages=(rule, over))

    assert (suggestions["一次面接"].meaning, suggestions["一次面接"].basis) == (
        "casual",
        "configured",
    )
    assert suggestions["Applied"].basis == "known"


def test_guesses_begin_a_word() -> None:
    """A Latin hint inside another word is no hint."""
    hints = [["spi", "assessment"], ["面接", "interview_n"]]

    assert mapping.guess_meaning(hints, "hospital visit") is None
    assert mapping.guess_meaning(hints, "spi and more") == "assessment"
    assert mapping.guess_meaning(hints, "役員面接") == "interview_n"


def test_reasons_seen_are_proposed(archive: Any) -> None:
    """Lever's reasons are ids, so they stay unmapped until configured."""
    key = "c97322d4-a7f3-4008-948c-4f8e9c58d372"
    rule = ReasonRule(reason_id=key, party="candidate")

    assert proposals_by_name(archive, "lever")[key].basis == "unmapped"
    assert proposals_by_name(archive, "lever", reasons=(rule,))[key].meaning == "candidate"


def test_the_proposal_is_valid_configuration(archive: Any) -> None:
    """The output is valid configuration, and its comments become valid once they are filled in."""
    connection = Connection(id="acme-workable", vendor="workable")
    suggestions = mapping.suggest(archive, "acme", connection, TODAY)
    text = mapping.as_yaml("acme-workable", suggestions)
    filled_in = (
        text.replace("# - {", "- {")
        .replace("ending: …", "ending: neither")
        .replace("milestone: …", "milestone: assessment")
    )
    for document in (text, filled_in):
        loaded = json.loads(json.dumps(yaml.safe_load(document)))
        rules = [StageRule.model_validate(rule) for rule in loaded["stages"]]
        assert len(rules) == 4 + 2 * (document is filled_in)
    assert "Zzyzx (1)" in mapping.summary("acme-workable", suggestions)


def test_the_words_are_consistent() -> None:
    """Every word maps to a standard milestone or party, and no earlier word hides a later one."""
    for kind, allowed in (("stages", MILESTONES), ("reasons", tuple(EVENT_BY_PARTY))):
        words = [part for part, _ in WORDS[kind]]
        assert {means for _, means in WORDS[kind]} <= set(allowed)
        hidden = [
            word for at, word in enumerate(words) if any(earlier in word for earlier in words[:at])
        ]
        assert hidden == []


@pytest.mark.parametrize(("word", "means"), [tuple(entry) for entry in WORDS["stages"]])
def test_guesses_agree_with_the_built_in_mapping(word: str, means: str) -> None:
    """A guess agrees with the built-in mapping where that knows the name."""
    assert lookup_milestone(word, None) in {UNMAPPED, means}
