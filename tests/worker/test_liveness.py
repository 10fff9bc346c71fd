"""A worker works while its partitions are restored and then move; otherwise it is unready, and ends after a bound."""

from streams.worker.liveness import READY_S, RESTORE_S, STALL_S, Liveness


def moving(now: float = 0.0) -> Liveness:
    """Return the liveness of a worker whose partitions 1 and 2 have just moved."""
    liveness = Liveness(now)
    liveness.observe_assignment((1, 2), 0, now)
    liveness.observe_offsets({1: 10, 2: 20}, {1: 10, 2: 20}, now)
    return liveness


def test_a_worker_is_not_ready_before_it_is_assigned() -> None:
    """A worker that has not joined its group counts nothing."""
    assert not Liveness(0.0).is_ready(0.0)


def test_a_worker_without_partitions_is_ready() -> None:
    """There may be more workers than partitions; an idle one is ready to take over."""
    liveness = Liveness(0.0)
    liveness.observe_assignment((), 0, 1.0)

    assert liveness.is_ready(1.0)
    assert liveness.stall(1e6) is None


def test_a_partition_in_which_nothing_waits_moves() -> None:
    """An idle partition is not a stalled one, however long nobody applies for a job."""
    liveness = moving()
    liveness.observe_offsets({1: 10, 2: 20}, {1: 10, 2: 20}, 1e6)

    assert liveness.is_ready(1e6)
    assert liveness.stall(1e6) is None


def test_a_restored_partition_must_move_before_the_worker_is_ready() -> None:
    """A partition with a backlog is not ready when it was restored, but when its first records are counted."""
    liveness = Liveness(0.0)
    liveness.observe_assignment((1,), 0, 0.0)
    liveness.observe_offsets({1: 5}, {1: 9}, 1.0)
    restored = liveness.is_ready(1.0)
    liveness.observe_offsets({1: 6}, {1: 9}, 2.0)

    assert (restored, liveness.is_ready(2.0)) == (False, True)


def test_one_standing_partition_makes_the_worker_unready_and_ends_it() -> None:
    """The other partition advancing does not hide it."""
    liveness = moving()
    for second in range(1, 120):
        liveness.observe_offsets({1: 10, 2: 20 + second}, {1: 11, 2: 99}, float(second))
    stall = liveness.stall(STALL_S + 1)

    assert not liveness.is_ready(READY_S)
    assert liveness.stall(STALL_S) is None
    assert stall is not None
    assert (stall.subject, stall.seconds) == ("partition 1", STALL_S + 1)


def test_a_worker_that_cannot_be_observed_does_not_move() -> None:
    """When no offset can be read, nothing says that the worker works."""
    assert moving().stall(STALL_S + 1) is not None


def test_an_assignment_that_restores_nothing_ends_the_worker() -> None:
    """A recovery that hangs owns partitions for which nobody else may work."""
    liveness = moving()
    liveness.observe_assignment(None, 7, 100.0)
    for second in (130.0, 159.0):
        liveness.observe_assignment(None, 7, second)

    assert liveness.stall(100.0 + RESTORE_S) is None
    assert liveness.stall(101.0 + RESTORE_S) is not None


def test_a_long_recovery_is_not_a_stall() -> None:
    """As long as rows are restored, a recovery may take as long as it needs."""
    liveness = moving()
    for second in range(100, 1000, 30):
        liveness.observe_assignment(None, second, float(second))

    assert liveness.stall(1000.0) is None
    assert not liveness.is_ready(1000.0)


def test_a_partition_that_moved_away_is_forgotten() -> None:
    """Only what the worker owns can stand still in it."""
    liveness = moving()
    liveness.observe_assignment((2,), 0, 1.0)
    liveness.observe_offsets({1: 10, 2: 20}, {1: 99, 2: 20}, 1e6)

    assert liveness.stall(1e6) is None


def test_a_partition_works_on_one_event_for_minutes() -> None:
    """An event may reach very many applications; while its turns go on, the worker is ready and does not end."""
    liveness = moving()
    for second in range(1, 300):
        liveness.observe_offsets({1: 10, 2: 20}, {1: 11, 2: 20}, float(second))
        liveness.observe_turns({1: second}, float(second))
    working = (liveness.is_ready(299.0), liveness.stall(299.0))
    liveness.observe_turns({1: 299}, 299.0 + STALL_S + 1)
    stall = liveness.stall(299.0 + STALL_S + 1)

    assert working == (True, None)
    assert stall is not None
    assert stall.subject == "partition 1"
