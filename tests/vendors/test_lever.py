"""Tests which Lever opportunities count as applications, and as hired."""

from itertools import permutations
from typing import Any

import pytest

from schemas.tenants.config import StageRule
from tests.ingest.gateways import Fixture
from tests.vendors.folding import daily_totals, folded_cells, total_counts
from tests.vendors.mutations import named
from tests.vendors.test_traps import tenancy_with

CREATED = named("lever/applicationCreated")
TO_CUSTOM = named("lever/candidateStageChange__lead_to_custom")
CUSTOM = named(
    "lever/candidateStageChange", data__fromStageId="4f8c2f9e-0000-4000-8000-000000000001"
)
FROM_APPLICANT = named("lever/candidateStageChange")
LEAD = named("lever/candidateStageChange__lead")
HIRED = named("lever/candidateHired")
ARCHIVED = named("lever/candidateArchiveChange")
UNARCHIVED = named("lever/candidateArchiveChange__unarchived")
UNHIRED = named("lever/candidateArchiveChange__unarchived_hire")


def applications(*deliveries: Fixture) -> int:
    """Return the number of applications, the same in every order."""
    (counted,) = {total_counts(order).get("applications", 0) for order in permutations(deliveries)}
    return counted


@pytest.mark.parametrize("name", ["applicationCreated", "candidateStageChange"])
def test_an_opportunity_by_its_older_name(name: str) -> None:
    """`candidateId`, the older name of `opportunityId`, identifies the same opportunity."""
    (current,) = named(f"lever/{name}").translated().events
    (older,) = named(f"lever/{name}__candidate_id").translated().events

    assert (older.subject, older.id) == (current.subject, current.id)


@pytest.mark.parametrize(
    "deliveries", [(TO_CUSTOM,), (CUSTOM,), (LEAD, TO_CUSTOM), (CUSTOM, ARCHIVED), (LEAD, ARCHIVED)]
)
def test_a_possible_lead_does_not_count(deliveries: tuple[Fixture, ...]) -> None:
    """A person in a custom stage, which may be a leads' stage, does not count until an event shows an application."""
    assert applications(*deliveries) == 0


@pytest.mark.parametrize(
    "deliveries",
    [(CREATED, TO_CUSTOM), (CREATED, CUSTOM, ARCHIVED), (FROM_APPLICANT,), (TO_CUSTOM, HIRED)],
)
def test_events_that_show_an_application(deliveries: tuple[Fixture, ...]) -> None:
    """An application, a default applicant stage or a hire shows an application, before or after the move."""
    assert applications(*deliveries) == 1


@pytest.mark.parametrize("order", permutations((CREATED, HIRED, UNHIRED)), ids=lambda _: "order")
def test_taken_out_of_the_archive_after_a_hire(order: tuple[Fixture, ...]) -> None:
    """Lever keeps its hires in the archive: who is taken out of it is active, and not hired."""
    counts = total_counts(order)

    assert "hired" not in counts
    assert counts["applications"] == 1


def test_taken_out_of_the_archive_and_hired_again() -> None:
    """A hire after that counts on its own day."""
    again = named("lever/candidateHired", triggeredAt=1773712800000)
    counts = daily_totals(folded_cells([CREATED, HIRED, UNHIRED, again]))

    assert [day.isoformat() for day, tally in counts.items() if "hired" in tally] == ["2026-03-17"]


def test_taken_out_of_the_archive_without_a_hire() -> None:
    """Without a hire only the ending is undone."""
    counts = total_counts([CREATED, ARCHIVED, UNARCHIVED])

    assert counts == total_counts([CREATED])


def test_the_stage_left_keeps_its_kind() -> None:
    """A move names the stage left with its pipeline, for applications that were created without a stage."""
    (move,) = FROM_APPLICANT.translated().events
    moved: Any = move.data

    assert (moved.from_stage.id, moved.from_stage.vendor_kind) == ("applicant-new", "applicant")


def test_interviews_of_a_panel_have_one_schedule() -> None:
    """The panel ties a cancelled interview to the one created in its place."""
    schedules = {
        event.data.model_dump()["schedule_id"]
        for name in ("Created", "Updated", "Deleted")
        for event in named(f"lever/interview{name}").translated().events
    }

    assert schedules == {"027d1217-72e7-4fbb-83fd-3022aa25d0c4"}


def test_an_application_was_in_the_stage_that_its_first_move_left() -> None:
    """An application created without a stage was in the stage left since it was made."""
    assert total_counts([CREATED, FROM_APPLICANT])["entered.applied"] == 1


@pytest.mark.parametrize(
    ("milestone", "counted"), [("lead", 0), ("casual", 1), ("screening", 1), ("interview_1", 1)]
)
def test_a_sourced_person_counts_from_a_stage_beyond_the_leads(
    milestone: str, counted: int
) -> None:
    """A stage that a rule maps beyond the leads shows an application, whether or not it ends in a hire."""
    stage_id = "2ca03d97-d4f2-4a97-89de-96c8b0d07924"
    settings = tenancy_with("lever", StageRule(stage_id=stage_id, milestone=milestone))

    assert total_counts([TO_CUSTOM, ARCHIVED], settings).get("applications", 0) == counted
