"""Tests that editing or deleting a Huntflow log record retracts exactly its previous content."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas.errors import Malformed, Unmapped
from schemas.events.envelope import short_type
from streams.ingest.vendor import Translation
from streams.ingest.vendors.huntflow.adapter import EVENTS
from streams.ingest.vendors.huntflow.events.deletions import DELETIONS
from tests.ingest.gateways import Fixture, fixture
from tests.vendors.folding import total_counts

FOLDER = Path(__file__).parent / "huntflow"


class Later(Fixture):
    """A delivery that arrives an hour after noon."""

    def translated(
        self, connection_id: str | None = None, later: timedelta = timedelta(hours=1)
    ) -> Translation:
        """Return the adapter's translation."""
        return super().translated(connection_id, later)


def named(name: str, action: str = "", event_id: str = "", **record: object) -> Fixture:
    """Return a fixture with a changed action and changed record fields."""
    delivery = fixture(FOLDER / f"{name}.json")
    body = json.loads(delivery.body)
    body["meta"]["webhook_action"] = action or body["meta"]["webhook_action"]
    body["meta"]["event_id"] = event_id or body["meta"]["event_id"]
    if record:
        body["event"]["applicant_log"].update(record)
    return Fixture("huntflow", json.dumps(body).encode(), delivery.headers)


def count(measure: str, *deliveries: Fixture) -> int:
    """Return the count of the measure, or of any with that prefix, the same in both orders."""
    forward, backward = total_counts(deliveries), total_counts(deliveries[::-1])
    assert forward == backward
    return max((n for name, n in forward.items() if name.startswith(measure)), default=0)


APPLIED = named("applicant_vacancy_add", id=209)
MEETING: dict[str, Any] = json.loads(named("applicant_comment__interview").body)["event"][
    "applicant_log"
]["calendar_event"]


def test_every_event_has_a_deletion() -> None:
    """Every event has its own handling of a deletion."""
    assert EVENTS.keys() == DELETIONS.keys()


@pytest.mark.parametrize(
    ("measure", "attached", "removed"),
    [
        ("interviews_scheduled", "applicant_comment__interview", "interview_deleted"),
        ("interviews_scheduled", "applicant_comment__interview", "interview_removed"),
        ("feedback", "applicant_comment__scorecard", "scorecard_deleted"),
    ],
)
def test_attachments_of_a_deleted_comment_do_not_count(
    measure: str, attached: str, removed: str
) -> None:
    """An interview or scorecard does not count once its comment is deleted or edited to have none."""
    retraction = named(f"applicant_comment__{removed}")

    assert count(measure, APPLIED, named(attached)) == 1
    assert count(measure, APPLIED, named(attached), retraction) == 0
    assert count("applications", retraction) == 0


@pytest.mark.parametrize("kept", [None, {**MEETING, "id": 16}])
def test_an_edited_move_keeps_only_its_last_interview(kept: dict[str, Any] | None) -> None:
    """An edited stage change still counts, with only the interview of the edit."""
    created = named("applicant_status", calendar_event=MEETING)
    edited = named("applicant_status", "EDIT", "e-2", calendar_event=kept)

    assert count("interviews_scheduled", APPLIED, created) == 1
    assert count("interviews_scheduled", APPLIED, created, edited) == (0 if kept is None else 1)
    assert count("entered.interview_1", APPLIED, created, edited) == 1


def test_an_interview_that_is_put_back_counts_again() -> None:
    """An interview removed in one edit and restored in the next counts again."""
    created, removed = (
        named(f"applicant_comment__interview{suffix}") for suffix in ("", "_removed")
    )
    again = named("applicant_comment__interview", "EDIT", "e-3")

    assert count("interviews_scheduled", APPLIED, created, removed) == 0
    assert (
        count("interviews_scheduled", APPLIED, created, removed, Later("huntflow", again.body)) == 1
    )


def test_a_deleted_addition_creates_no_application() -> None:
    """Deleting the record that added an applicant to a vacancy removes the application and creates none."""
    deleted = named("applicant_add__deleted")

    assert count("applications", named("applicant_add__on_vacancy")) == 1
    assert count("applications", named("applicant_add__on_vacancy"), deleted) == 0
    assert count("applications", deleted) == 0


def test_a_removal_from_a_vacancy_that_is_deleted() -> None:
    """Deleting a removal from a vacancy puts the applicant back on it."""
    off, back = named("applicant_vacancy_remove"), named("applicant_vacancy_remove__deleted")

    assert count("closed", APPLIED, off) == 1
    assert count("closed", APPLIED, off, back) == 0
    assert count("applications", APPLIED, off, back) == 1


@pytest.mark.parametrize("name", ["applicant_double", "applicant_removed", "vacancy__closed"])
def test_undoing_a_merge_removal_or_closing_is_quarantined(name: str) -> None:
    """Undoing a merge, a removal or the closing of a job is quarantined for a person to decide."""
    with pytest.raises(Unmapped, match="webhook_action DELETE"):
        named(name, "DELETE").translated()


def test_an_action_is_known_in_any_case_or_refused() -> None:
    """An action is matched in any case, and an unknown one is refused, not counted as an addition."""
    deleted = named("applicant_status__deleted", "delete").translated()

    assert [short_type(event.type) for event in deleted.events] == ["application.updated"]
    with pytest.raises(Malformed, match="webhook_action"):
        named("applicant_status", "RESTORE").translated()


def test_an_edit_with_an_unreadable_interview_is_refused() -> None:
    """An edit with an unreadable interview is refused, so that the interview is not retracted."""
    with pytest.raises(Malformed, match="calendar_event"):
        named("applicant_status", "EDIT", calendar_event={**MEETING, "id": None}).translated()


@pytest.mark.parametrize(
    ("reason", "ending"),
    [("Отказ кандидата", "withdrawn"), ("Самоотказ", "withdrawn"), ("Отказ компании", "rejected")],
)
def test_a_reason_by_its_name_alone(reason: str, ending: str) -> None:
    """A Russian reason that names the party decides the ending, even if only its name is sent."""
    counts = total_counts([APPLIED, named("applicant_status__rejected", rejection_reason=reason)])

    assert counts[ending] == 1
    assert "unmapped_reasons" not in counts
