"""A process that was stopped must not write; one that works long may."""

import threading
import time

import pytest

from streams.worker.freeze import MAX_FREEZE_S, FreezeGuard


class Clock:
    """A clock that only the test moves."""

    now = 0.0

    def __call__(self) -> float:
        """Return the present instant."""
        return self.now


def test_a_freeze_is_seen_before_the_thread_has_ticked_again() -> None:
    """The event loop may be the first to go on after SIGCONT."""
    clock = Clock()
    guard = FreezeGuard(clock)
    guard.tick()
    clock.now = MAX_FREEZE_S + 1

    with pytest.raises(RuntimeError, match="frozen for 9"):
        guard.check()


def test_a_freeze_is_remembered_after_the_thread_has_ticked_again() -> None:
    """The thread may be the first to go on; what it saw still stops the next flush."""
    clock = Clock()
    guard = FreezeGuard(clock)
    clock.now = MAX_FREEZE_S + 1
    guard.tick()
    guard.tick()

    with pytest.raises(RuntimeError, match="frozen"):
        guard.check()


def test_an_assignment_after_a_freeze_is_not_lost_by_it() -> None:
    """Whoever joins the group anew owns what is assigned."""
    clock = Clock()
    guard = FreezeGuard(clock)
    clock.now = MAX_FREEZE_S + 1
    guard.reset()

    guard.check()


def test_long_work_is_no_freeze() -> None:
    """The thread ticks while the thread of the event loop computes without a pause."""
    guard, ticks = FreezeGuard(), threading.Semaphore(0)
    guard.tick = lambda: (FreezeGuard.tick(guard), ticks.release())[0]  # type: ignore[method-assign]
    guard.start()
    started = time.monotonic()
    while ticks._value < 3:  # computes: no lock is waited for
        assert time.monotonic() - started < 60
    guard.check()
