"""`hirelay relay cx` reads applications and surveys from the archive, and says in a sentence what may be concluded."""

import io
import json
from typing import Any

import pytest
from rich.console import Console

from schemas.relay.candidate_experience import experience_of
from schemas.relay.state import State
from sinks.clickhouse.rows import CandidateEvent
from sinks.clickhouse.writer import Writer
from streams.reading.candidate_experience import read_experience
from streams.tools.relay.experience import experience_table
from streams.tools.tables import print_table
from tests.schemas.relay.builders import day, invited, ledger, policies, policy, step

TENANT = "relay-cx"


def archived(number: int, kind: str, data: dict[str, Any], *, test: bool = False) -> CandidateEvent:
    """One event as the archiver writes it."""
    application = data.get("application", {}).get("id", "")
    return CandidateEvent(
        tenant=TENANT,
        event_id=f"e-{number}",
        type=f"com.hirelay.{kind}",
        subject=application,
        connection="c",
        vendorevent="",
        time=day(number),
        recordedtime=day(number),
        test=test,
        application_id=application,
        job_id="",
        job_name="",
        channel="",
        stage_id="",
        stage_name="",
        src_partition=0,
        src_offset=number,
        src_index=0,
        body=json.dumps({"data": data}),
    )


def printed(state: State, client: Any, language: str) -> str:
    """What the command prints two months after the start."""
    console = Console(file=io.StringIO(), width=200)
    print_table(experience_table(read_experience(state, client, day(60)), language), console)
    assert isinstance(console.file, io.StringIO)
    return " ".join(console.file.getvalue().split())


def test_scores_and_reapplications_come_from_the_archive(client: Any) -> None:
    """Surveys of candidates count, those of recruiters, without a score or of test connections do not."""

    def survey(
        number: int, kind: str, score: float | None, *, test: bool = False
    ) -> CandidateEvent:
        data = {"survey_id": str(number), "kind": kind, "score": score}
        return archived(number, "survey.submitted", data, test=test)

    referred = {"id": "a3", "candidate_id": "c-x", "referrer_candidate_id": "c-b"}
    rows = [
        archived(9, "application.created", {"application": {"id": "a2", "candidate_id": "c-a"}}),
        archived(8, "application.created", {"application": referred}),
        survey(1, "candidate_experience", 7.0),
        survey(2, "candidate_experience", 9.0),
        survey(3, "candidate_experience", None),
        survey(4, "recruiter_evaluation", 1.0),
        survey(5, "candidate_experience", 1.0, test=True),
    ]
    Writer(client).write(rows, "relay-cx")
    state = ledger(step("rejected", "a"), invited("a"), step("rejected", "b"), invited("b"))
    state.tenant = TENANT

    text = printed(state, client, "en")
    client.command(f"delete from candidate_events where tenant = '{TENANT}'")

    assert "Survey score (mean) 2 8.00" in text
    assert "Re-applied: invited 2 1 59 50.0%" in text
    assert "Referred somebody: invited 2 1 59 50.0%" in text
    assert "Registered through their own link 2 0 30 0.0%" in text
    assert "Nothing can be compared" in text


@pytest.mark.parametrize(
    ("holdout", "language", "sentence"),
    [
        (0, "en", "This is no experiment"),
        (0, "ja", "これは実験ではありません"),
        (50, "ja", "これは実験です"),
    ],
)
def test_it_says_whether_it_is_an_experiment(holdout: int, language: str, sentence: str) -> None:
    """Only a control group that the policy drew by chance makes it one."""
    names = [str(number) for number in range(24)]
    facts = [step("rejected", name) for name in names]
    facts += [invited(name) for name in names[:12]]
    state = ledger(*facts, terms=policies(policy(holdout=holdout)))
    if holdout:
        state.withheld.update(names[12:])
    console = Console(file=io.StringIO(), width=200)

    print_table(experience_table(experience_of(state, [], [], [], day(60)), language), console)

    assert isinstance(console.file, io.StringIO)
    assert sentence in console.file.getvalue()
