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
REMOVED = named("ashby/interviewScheduleUpdate__meeting_removed")
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


def interviews(*deliveries: Fixture) -> dict[str, int]:
    """Return the counts of interviews of some deliveries, whose application is known."""
    counts = total_counts([SUBMITTED, *deliveries])
    return {
        name.removeprefix("interviews_"): n
        for name, n in counts.items()
        if name.startswith("interviews_")
    }


@pytest.mark.parametrize("order", permutations((CREATED, REMOVED)), ids=lambda _: "order")
def test_a_meeting_that_is_listed_no_longer_is_cancelled(order: tuple[Fixture, ...]) -> None:
    """A meeting taken out of its schedule was cancelled, whatever arrives first."""
    assert interviews(*order) == {"scheduled": 1, "cancelled": 1}


def test_a_meeting_that_is_listed_again_is_on_again() -> None:
    """Back in its schedule unchanged, it is neither cancelled nor moved."""
    again = named(
        "ashby/interviewScheduleCreate__scheduled",
        data__interviewSchedule__updatedAt="2026-03-12T02:00:00.000Z",
    )

    assert interviews(CREATED, REMOVED, again) == {"scheduled": 1}


def test_a_meeting_in_place_of_another_is_a_move() -> None:
    """A schedule that lists another meeting instead has moved its interview."""
    other_meeting = {
        "id": "33333333-0000-4000-8000-000000000007",
        "createdAt": "2026-03-11T02:00:00Z",
        "startTime": "2026-03-12T05:00:00Z",
    }
    instead = named(
        "ashby/interviewScheduleUpdate__rescheduled",
        data__interviewSchedule__interviewEvents=[other_meeting],
    )

    assert interviews(CREATED, instead) == {"scheduled": 1, "rescheduled": 1}


def test_a_meeting_that_was_held_was_not_cancelled() -> None:
    """What took place stays, although the schedule is emptied later."""
    assert interviews(HELD, REMOVED) == {"scheduled": 2, "held": 2}


@pytest.mark.parametrize("meetings", [None, "unreadable", [{"startTime": 1}]])
def test_a_schedule_whose_meetings_are_not_readable_cancels_none(meetings: object) -> None:
    """Without a complete list nothing is known about the meetings that are not seen."""
    damaged = named(
        "ashby/interviewScheduleUpdate__meeting_removed",
        data__interviewSchedule__interviewEvents=meetings,
    )

    assert interviews(CREATED, damaged) == {"scheduled": 1}


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
