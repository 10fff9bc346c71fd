"""Ends a worker process that does not do its work; the next one replays what was not written.

Both watches are threads, because what they watch for also stops the event loop: a crash of Faust waits for threads that wait
for the loop.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

import faust

from schemas.errors import Unavailable
from schemas.kafka.topics import CANDIDATE_EVENTS
from streams.configuration.kafka_access import KafkaAccess
from streams.kafka.epochs import consumer_group
from streams.kafka.groups import ConsumerGroup
from streams.worker.liveness import Liveness, Stall

log = logging.getLogger(__name__)

CRASH_POLL_S = 0.2
STOP_S = 8.0  # an orderly stop takes two; the local supervisor kills after ten
PROGRESS_POLL_S = 1.0

Offsets = Mapping[int, int]


class Observation(NamedTuple):
    """What a worker counts now: its partitions, None while they are restored; all rows that it has restored so far.

    `turns` is how many turns of work each partition has taken: one event may take many before anything is committed.
    """

    partitions: Collection[int] | None
    restored_rows: int
    turns: Mapping[int, int]


class Watchdog:
    """Watches one worker process from `start` until its end.

    `read_offsets` returns committed and end offsets by partition; it raises Unavailable while the broker does not answer.
    """

    def __init__(
        self,
        liveness: Liveness,
        observe: Callable[[], Observation],
        read_offsets: Callable[[], tuple[Offsets, Offsets]],
    ) -> None:
        """Watch nothing yet."""
        self._liveness = liveness
        self._observe = observe
        self._read_offsets = read_offsets

    def start(self, app: faust.App) -> None:
        """Start both watches."""
        threading.Thread(target=_end_with_app, args=(app,), daemon=True).start()
        threading.Thread(target=self._end_without_progress, daemon=True).start()

    def _end_without_progress(self) -> None:
        try:
            while True:
                time.sleep(PROGRESS_POLL_S)
                stall = self._look()
                if stall is not None:
                    _end(f"{stall.subject} has stood still for {stall.seconds:.0f} s", None)
        except Exception as error:
            _end("the watchdog failed", error)

    def _look(self) -> Stall | None:
        partitions, restored_rows, turns = self._observe()
        self._liveness.observe_assignment(partitions, restored_rows, time.monotonic())
        self._liveness.observe_turns(turns, time.monotonic())
        try:
            committed, ends = self._read_offsets() if partitions else ({}, {})
        except Unavailable as problem:
            log.warning("progress not measured", extra={"reason": str(problem)})
        else:
            self._liveness.observe_offsets(committed, ends, time.monotonic())
        return self._liveness.stall(time.monotonic())


def _end_with_app(app: faust.App) -> None:
    """End the process at once when the application has crashed, and when an orderly stop takes too long."""
    while not app.should_stop:
        time.sleep(CRASH_POLL_S)
    if not app.crashed:
        time.sleep(STOP_S)
    _end("the application crashed" if app.crashed else "stopping took too long", app.crash_reason)


def _end(reason: str, cause: BaseException | None) -> None:
    log.error(
        "worker ended; unwritten events will be replayed", extra={"reason": reason}, exc_info=cause
    )
    logging.shutdown()
    os._exit(1)


class CommittedOffsets:
    """Reads the offsets of an epoch's workers over a connection of its own, which a stuck consumer does not block."""

    def __init__(self, access: KafkaAccess, epoch: int) -> None:
        """Connect at the first read."""
        self._access, self._epoch = access, epoch
        self._group: ConsumerGroup | None = None

    def read(self) -> tuple[Offsets, Offsets]:
        """Return committed and end offset by partition; raise Unavailable."""
        if self._group is None:
            name = consumer_group(self._epoch)
            self._group = ConsumerGroup(self._access, name, CANDIDATE_EVENTS.name)
        committed, ends = self._group.committed_offsets(), self._group.end_offsets()
        return (
            {tp.partition: offset for tp, offset in committed.items()},
            {tp.partition: offset for tp, offset in ends.items()},
        )
