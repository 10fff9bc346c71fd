"""One owned partition at work: its records are applied one after another, and a flush comes between two of them."""

from collections import deque
from collections.abc import Callable
from typing import Any

from streams.worker.partition_state import PartitionState
from streams.worker.records import Unflushed
from streams.worker.turns import MAX_TURN, Steps

LONG_TURNS = 10  # turns after which a record no longer holds up the records of other partitions
MAX_WAITING = 200  # records that may wait before no more of the partition are read

ApplyRecord = Callable[[PartitionState, Any, Unflushed], Steps[None]]


class Lane:
    """The records of one partition, applied in order and in steps; later ones wait while one takes more than a turn.

    A flush never falls between two steps of a record, because a replay repeats whole records. A flush that finds a record
    half applied is owed: the lane stops after that record until it is done.
    """

    def __init__(self, state: PartitionState, apply: ApplyRecord) -> None:
        """Start without records."""
        self.state = state
        self.unflushed = Unflushed()
        self.turns = 0  # turns taken so far: whether the lane moves
        self._apply = apply
        self._waiting: deque[Any] = deque()
        self._steps: Steps[None] | None = None  # of the record that is half applied
        self._record_turns = 0  # that it has taken
        self._is_draining = False
        self._is_flush_owed = False

    def add(self, record: Any) -> None:
        """Let a record wait for its turn."""
        self._waiting.append(record)

    @property
    def is_between_records(self) -> bool:
        """Whether no record is half applied."""
        return self._steps is None

    @property
    def has_work(self) -> bool:
        """Whether another turn would do something."""
        if self._is_draining:
            return False
        return self._steps is not None or (bool(self._waiting) and not self._is_flush_owed)

    @property
    def is_behind(self) -> bool:
        """Whether records wait, or one is half applied."""
        return self._steps is not None or bool(self._waiting)

    @property
    def is_long(self) -> bool:
        """Whether the record that is half applied takes so long that other partitions must not wait for it."""
        return self._steps is not None and self._record_turns >= LONG_TURNS

    @property
    def is_full(self) -> bool:
        """Whether so many records wait that reading more of the partition would only cost memory."""
        return len(self._waiting) >= MAX_WAITING

    @property
    def must_flush(self) -> bool:
        """Whether it stands still until it is flushed."""
        return self._is_flush_owed and self._steps is None

    def take_turn(self) -> None:
        """Do steps until the turn is over or nothing is left to do."""
        work = 0
        self.turns += 1
        self._record_turns += 1
        while work < MAX_TURN and self.has_work:
            if self._steps is None:
                self._record_turns = 0
                self._steps = self._apply(self.state, self._waiting.popleft(), self.unflushed)
            try:
                work += next(self._steps)
            except StopIteration:
                self._steps = None

    def begin_flush(self) -> Unflushed | None:
        """Stop until `end_drain` and return what to flush with the state; None if there is nothing to flush now."""
        if self._steps is not None:
            self._is_flush_owed = True
            return None
        self._is_flush_owed = False
        if not self.unflushed.records and not self.state.owes_end:
            return None
        self._is_draining = True
        unflushed, self.unflushed = self.unflushed, Unflushed()
        return unflushed

    def end_drain(self) -> None:
        """Go on: the state has been drained."""
        self._is_draining = False
