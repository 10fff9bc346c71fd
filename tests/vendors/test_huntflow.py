"""Records of Huntflow's logs that are edited or deleted: what they told before is taken back, and nothing else."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas.errors import Malformed, Unmapped
from schemas.events.envelope import short
from streams.ingest.vendor import Translation
from streams.ingest.vendors.huntflow.adapter import EVENTS
from streams.ingest.vendors.huntflow.events.deletions import DELETIONS
from tests.ingest.gateways import Fixture, fixture
from tests.vendors.folding import summed

FOLDER = Path(__file__).parent / "huntflow"


class Later(Fixture):
    """A delivery that comes an hour after noon."""

    def translated(
        self, connection_id: str | None = None, later: timedelta = timedelta(hours=1)
    ) -> Translation:
        """What the adapter makes of it."""
        return super().translated(connection_id, later)


def named(name: str, action: str = "", event_id: str = "", **record: object) -> Fixture:
    """A delivery in the folder, with another action and other fields of its record."""
    delivery = fixture(FOLDER / f"{name}.json")
    body = json.loads(delivery.body)
    body["meta"]["webhook_action"] = action or body["meta"]["webhook_action"]
    body["meta"]["event_id"] = event_id or body["meta"]["event_id"]
    if record:
        body["event"]["applicant_log"].update(record)
    return Fixture("huntflow", json.dumps(body).encode(), delivery.headers)


def count(measure: str, *told: Fixture) -> int:
    """How often it, or what begins like it, counts, in any order."""
    forward, backward = summed(told), summed(told[::-1])
    assert forward == backward
    return max((n for name, n in forward.items() if name.startswith(measure)), default=0)


APPLIED = named("applicant_vacancy_add", id=209)
MEETING: dict[str, Any] = json.loads(named("applicant_comment__interview").body)["event"][
    "applicant_log"
]["calendar_event"]


def test_every_event_has_a_deletion() -> None:
    """No deleted record is taken for one that was made."""
    assert EVENTS.keys() == DELETIONS.keys()


@pytest.mark.parametrize(
    ("measure", "made", "gone"),
    [
        ("interviews_scheduled", "applicant_comment__interview", "interview_deleted"),
        ("interviews_scheduled", "applicant_comment__interview", "interview_removed"),
        ("feedback", "applicant_comment__scorecard", "scorecard_deleted"),
    ],
)
def test_what_came_with_a_comment_goes_with_it(measure: str, made: str, gone: str) -> None:
    """An interview or a scorecard whose comment is deleted, or edited to have none, did not happen."""
    taken_back = named(f"applicant_comment__{gone}")

    assert count(measure, APPLIED, named(made)) == 1
    assert count(measure, APPLIED, named(made), taken_back) == 0
    assert count("applications", taken_back) == 0


@pytest.mark.parametrize("kept", [None, {**MEETING, "id": 16}])
def test_an_edited_move_keeps_only_its_last_interview(kept: dict[str, Any] | None) -> None:
    """Of a move with an interview that is edited, the move stays and the interview is what the edit says."""
    made = named("applicant_status", calendar_event=MEETING)
    edited = named("applicant_status", "EDIT", "e-2", calendar_event=kept)

    assert count("interviews_scheduled", APPLIED, made) == 1
    assert count("interviews_scheduled", APPLIED, made, edited) == (0 if kept is None else 1)
    assert count("entered.interview_1", APPLIED, made, edited) == 1


def test_an_interview_that_is_put_back_counts_again() -> None:
    """A comment may lose its interview in one edit and have it again in the next."""
    made, removed = (named(f"applicant_comment__interview{each}") for each in ("", "_removed"))
    again = named("applicant_comment__interview", "EDIT", "e-3")

    assert count("interviews_scheduled", APPLIED, made, removed) == 0
    assert count("interviews_scheduled", APPLIED, made, removed, Later("huntflow", again.body)) == 1


def test_a_deleted_entry_creates_nobody() -> None:
    """Deleting the record that put somebody on a vacancy makes no application."""
    deleted = named("applicant_add__deleted")

    assert count("applications", named("applicant_add__on_vacancy")) == 1
    assert count("applications", named("applicant_add__on_vacancy"), deleted) == 0
    assert count("applications", deleted) == 0


def test_a_removal_from_a_vacancy_that_is_deleted() -> None:
    """Who was taken off a vacancy by mistake is on it again."""
    off, back = named("applicant_vacancy_remove"), named("applicant_vacancy_remove__deleted")

    assert count("closed", APPLIED, off) == 1
    assert count("closed", APPLIED, off, back) == 0
    assert count("applications", APPLIED, off, back) == 1


@pytest.mark.parametrize("name", ["applicant_double", "applicant_removed", "vacancy__closed"])
def test_what_cannot_be_taken_back_is_set_aside(name: str) -> None:
    """An undone merge, an undone removal and an undone closing of a job are for a person to judge."""
    with pytest.raises(Unmapped, match="webhook_action DELETE"):
        named(name, "DELETE").translated()


def test_an_action_is_known_in_any_case_or_refused() -> None:
    """What is neither an addition nor an edit nor a deletion is never counted as an addition."""
    deleted = named("applicant_status__deleted", "delete").translated()

    assert [short(event.type) for event in deleted.events] == ["application.updated"]
    with pytest.raises(Malformed, match="webhook_action"):
        named("applicant_status", "RESTORE").translated()


def test_an_edit_that_is_half_understood_is_set_aside_whole() -> None:
    """An interview that cannot be read any more is not taken back for that."""
    with pytest.raises(Malformed, match="calendar_event"):
        named("applicant_status", "EDIT", calendar_event={**MEETING, "id": None}).translated()


@pytest.mark.parametrize(
    ("reason", "ending"),
    [("Отказ кандидата", "withdrawn"), ("Самоотказ", "withdrawn"), ("Отказ компании", "rejected")],
)
def test_a_reason_by_its_name_alone(reason: str, ending: str) -> None:
    """A reason that names the party in Russian leaves no doubt, also where only its name is sent."""
    told = summed([APPLIED, named("applicant_status__rejected", rejection_reason=reason)])

    assert told[ending] == 1
    assert "unmapped_reasons" not in told
