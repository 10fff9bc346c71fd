"""Whether a worker does its work: it is restored after every assignment, and every partition it owns moves."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

READY_S = 15.0  # a partition that has not moved for this long makes the worker unready
STALL_S = (
    60.0  # a flush of the most events, on a slow broker and a busy machine, takes half as long
)
RESTORE_S = 60.0  # restoring shows no row for some seconds while it merges many


class Stall(NamedTuple):
    """What stands still, for how many seconds, and how many may pass."""

    subject: str
    seconds: float
    limit: float


@dataclass
class _Movement:
    """`moved_at` is the assignment until `is_moving`."""

    moved_at: float
    is_moving: bool = False
    committed: int | None = None
    turns: int | None = None


class Liveness:
    """Judges a worker by what is observed of it; every `now` is in seconds of one monotonic clock.

    A partition moves while its committed offset advances, nothing waits in it, or work on its records goes on: one event
    may reach so many applications that nothing is committed for minutes. An observation that fails, because the broker
    does not answer, shows no movement.
    """

    def __init__(self, now: float) -> None:
        """A worker begins without an assignment."""
        self._restoring_since: float | None = now
        self._restored_rows = 0
        self._movements: dict[int, _Movement] = {}

    def observe_assignment(
        self, partitions: Collection[int] | None, restored_rows: int, now: float
    ) -> None:
        """`partitions` are those counted here, None while they are assigned and restored.

        `restored_rows` counts all rows that the process has restored so far.
        """
        if partitions is None:
            if self._restoring_since is None or restored_rows != self._restored_rows:
                self._restoring_since = now
            self._movements = {}
        else:
            self._restoring_since = None
            self._movements = {
                number: self._movements.get(number) or _Movement(now) for number in partitions
            }
        self._restored_rows = restored_rows

    def observe_offsets(
        self, committed: Mapping[int, int], ends: Mapping[int, int], now: float
    ) -> None:
        """Both are next offsets by partition; partitions that are not owned are ignored."""
        for number, movement in self._movements.items():
            offset = committed[number]
            advanced = movement.committed is not None and offset > movement.committed
            if advanced or offset >= ends[number]:
                movement.moved_at, movement.is_moving = now, True
            movement.committed = offset

    def observe_turns(self, turns: Mapping[int, int], now: float) -> None:
        """`turns` counts the turns of work that each partition has taken so far; a missing one has taken none."""
        for number, movement in self._movements.items():
            count = turns.get(number, 0)
            if movement.turns is not None and count > movement.turns:
                movement.moved_at = now
            movement.turns = count

    def is_ready(self, now: float) -> bool:
        """Return whether every owned partition has been seen to move since its assignment, and lately."""
        return self._restoring_since is None and all(
            movement.is_moving and now - movement.moved_at < READY_S
            for movement in self._movements.values()
        )

    def stall(self, now: float) -> Stall | None:
        """Return what stands still for too long, or None."""
        if self._restoring_since is not None:
            restore = Stall("the assignment", now - self._restoring_since, RESTORE_S)
            return restore if restore.seconds > RESTORE_S else None
        stalls = [
            Stall(f"partition {number}", now - movement.moved_at, STALL_S)
            for number, movement in self._movements.items()
        ]
        worst = max(stalls, key=lambda stall: stall.seconds, default=None)
        return worst if worst is not None and worst.seconds > STALL_S else None
