"""Tests how Ashby's snapshots of a schedule become scheduled, moved and held interviews."""

from itertools import permutations
from typing import Any

import pytest

from schemas.events.envelope import Event, short_type
from tests.ingest.gateways import Fixture
from tests.vendors.folding import daily_totals, folded_cells, total_counts
from tests.vendors.mutations import named

SUBMITTED = named("ashby/applicationSubmit")
CREATED = named("ashby/interviewScheduleCreate__scheduled")
MOVED = named("ashby/interviewScheduleUpdate__rescheduled")
HELD = named("ashby/interviewScheduleUpdate")
MEETING = "33333333-0000-4000-8000-000000000001"


def events(*deliveries: Fixture) -> list[Event]:
    """Return the different events of some deliveries; the first arrival of an id wins."""
    by_id: dict[str, Event] = {}
    for delivery in deliveries:
        for event in delivery.translated().events:
            by_id.setdefault(event.id, event)
    return sorted(by_id.values(), key=lambda event: (event.time, event.id))


def data(event: Event) -> Any:
    """Return the event's data, untyped."""
    return event.data


def appointments(*deliveries: Fixture) -> list[tuple[str, str]]:
    """Return the day on which each start of the first meeting was set, and that start's day."""
    return [
        (event.time.date().isoformat(), data(event).start.date().isoformat())
        for event in events(*deliveries)
        if short_type(event.type) == "interview.scheduled"
        and data(event).interview_id == MEETING
        and data(event).start is not None
    ]


def test_a_moved_meeting_is_scheduled_again() -> None:
    """A meeting that keeps its id and gets another start is scheduled again, when it was moved."""
    assert appointments(CREATED, MOVED) == [
        ("2026-03-10", "2026-03-10"),
        ("2026-03-11", "2026-03-12"),
    ]


@pytest.mark.parametrize("order", permutations((SUBMITTED, CREATED, MOVED)), ids=lambda _: "order")
def test_a_moved_meeting_is_rescheduled_once(order: tuple[Fixture, ...]) -> None:
    """It counts as one interview that was rescheduled on the day of the change, in any order of arrival."""
    days = {
        measure: day.isoformat()
        for day, tally in daily_totals(folded_cells(order)).items()
        for measure in tally
        if measure.startswith("interviews_")
    }

    assert days == {"interviews_scheduled": "2026-03-07", "interviews_rescheduled": "2026-03-11"}
    assert total_counts(order)["interviews_rescheduled"] == 1


def test_a_schedule_gives_the_same_events_in_any_order() -> None:
    """The first snapshot that arrives does not decide when a meeting was scheduled, nor for when."""
    expected = events(CREATED, MOVED, HELD)

    for order in permutations((CREATED, MOVED, HELD)):
        assert [event.model_dump(exclude={"vendorevent"}) for event in events(*order)] == [
            event.model_dump(exclude={"vendorevent"}) for event in expected
        ]


def test_a_later_meeting_of_the_schedule_is_not_held_yet() -> None:
    """A schedule awaits feedback from its first meeting on; a meeting still ahead is scheduled, not held."""
    held = [
        data(event).interview_id
        for event in events(named("ashby/interviewScheduleUpdate__second_meeting_ahead"))
        if short_type(event.type) == "interview.completed"
    ]

    assert held == [MEETING]


def test_an_interview_names_its_schedule_and_stage() -> None:
    """All events of a meeting name the schedule and the stage for which it was arranged."""
    named_parts = {
        (data(event).schedule_id, data(event).stage.id)
        for event in events(CREATED, MOVED, HELD)
        if short_type(event.type).startswith("interview.")
    }

    assert named_parts == {
        ("44444444-0000-4000-8000-000000000001", "55555555-0000-4000-8000-000000000002")
    }


def test_a_stage_has_the_order_of_its_plan() -> None:
    """A stage carries its place in the interview plan, which tells a move back from a move forward."""
    (move,) = named("ashby/candidateStageChange").translated().events

    assert data(move).to_stage.order == 5


def test_a_hire_has_the_offer_s_start() -> None:
    """The hire carries the start date of the offer it is made on, and the offer its opening."""
    *_, hire = named("ashby/candidateHire").translated().events
    offer = named("ashby/offerCreate").translated().events[0]

    assert data(hire).start_date.isoformat() == "2026-05-01"
    assert data(offer).application.opening_id is not None
