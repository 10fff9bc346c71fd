"""What waits is known without looking at a single record."""

import pickle

from schemas.kafka.lag import RoleLag, TopicLag

EVENTS, CELLS = ("candidate-events", 0), ("kpi-cells-e2", 1)


def test_what_is_done_does_not_wait() -> None:
    """However often one looks."""
    backlog = RoleLag()

    for now in (0.0, 100.0):
        assert backlog.look({EVENTS: 7}, {EVENTS: 7}, now) == {"candidate-events": TopicLag(0, 0)}


def test_a_record_waits_from_the_look_that_saw_it() -> None:
    """Newer records do not make the oldest one younger."""
    backlog = RoleLag()
    backlog.look({EVENTS: 7}, {EVENTS: 7}, 0)
    backlog.look({EVENTS: 9}, {EVENTS: 7}, 10)

    assert backlog.look({EVENTS: 12}, {EVENTS: 7}, 30) == {"candidate-events": TopicLag(5, 20)}


def test_who_keeps_up_with_a_steady_stream_is_not_late() -> None:
    """Each look finds something waiting, but never the same thing."""
    backlog = RoleLag()
    waits = [backlog.look({EVENTS: 10 * n + 5}, {EVENTS: 10 * n}, 5.0 * n) for n in range(50)]

    assert max(each["candidate-events"].seconds for each in waits) <= 5


def test_who_stays_behind_a_steady_stream_is_late_all_the_time() -> None:
    """Ten records in 5 s come and are done, each 200 s after it came: the wait does not fall when the first ones are."""
    backlog = RoleLag()
    waits = [
        backlog.look({EVENTS: 10 * n}, {EVENTS: max(0, 10 * (n - 40))}, 5.0 * n) for n in range(200)
    ]

    assert {each["candidate-events"].seconds for each in waits[41:]} <= {195, 200}


def test_a_wait_of_days_is_known_without_remembering_every_look() -> None:
    """To within a hundredth of it."""
    backlog = RoleLag()
    for n in range(40_000):
        found = backlog.look({EVENTS: 10 * n}, {EVENTS: 5}, 5.0 * n)

    assert found["candidate-events"].seconds == 5.0 * 39_998
    halfway = backlog.look({EVENTS: 400_000}, {EVENTS: 200_000}, 200_000)["candidate-events"]
    assert 98_900 <= halfway.seconds <= 100_000
    assert len(pickle.dumps(backlog)) < 30_000


def test_partitions_and_epochs_of_a_topic_are_one() -> None:
    """Records add up, and the longest wait counts."""
    backlog = RoleLag()
    ends = {CELLS: 5, ("kpi-cells", 0): 3}
    backlog.look(ends, {CELLS: 1, ("kpi-cells", 0): 3}, 0)

    assert backlog.look(ends, {CELLS: 1, ("kpi-cells", 0): 3}, 8) == {"kpi-cells": TopicLag(4, 8)}


def test_a_partition_that_went_to_another_process_is_forgotten() -> None:
    """And begins anew when it comes back."""
    backlog = RoleLag()
    backlog.look({EVENTS: 7}, {EVENTS: 1}, 0)
    backlog.look({}, {}, 50)

    assert backlog.look({EVENTS: 7}, {EVENTS: 1}, 100) == {"candidate-events": TopicLag(6, 0)}
