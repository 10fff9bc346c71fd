"""Watch the committed offsets of the worker's group: how long did accepted records of a partition wait in vain?"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from schemas.kafka.topics import CANDIDATE_EVENTS
from streams.configuration.settings import load_settings
from streams.kafka.epochs import consumer_group
from streams.kafka.groups import ConsumerGroup

POLL_S = 0.2


class ProgressWatch:
    """By partition: the stall now and the longest since `reset`, in seconds.

    A partition stalls while records wait in it and its committed offset does not advance.
    """

    def __init__(self, state: Path, epoch: int = 0) -> None:
        """Connect to the broker of the stack in `state`."""
        access = load_settings(state).kafka_access
        self._group = ConsumerGroup(access, consumer_group(epoch), CANDIDATE_EVENTS.name)
        self._committed: dict[int, int] = {}
        self._since: dict[int, float] = {}
        self._lock = threading.Lock()
        self.stalls: dict[int, float] = {}
        self.longest: dict[int, float] = {}
        self.end = self.lag = (
            0  # records accepted, and those of them not counted, in all partitions
        )

    def poll(self) -> None:
        """Read the offsets once."""
        committed, ends = self._group.committed_offsets(), self._group.end_offsets()
        now = time.monotonic()
        with self._lock:
            for tp, offset in committed.items():
                number = tp.partition
                if offset != self._committed.get(number) or offset >= ends[tp]:
                    self._since[number] = now
                self._committed[number] = offset
                self.stalls[number] = now - self._since[number]
                self.longest[number] = max(self.longest.get(number, 0.0), self.stalls[number])
            self.end = sum(ends.values())
            self.lag = self.end - sum(committed.values())

    def reset(self) -> None:
        """Forget stalls so far; what has waited until now counts from now."""
        with self._lock:
            now = time.monotonic()
            self._since = dict.fromkeys(self._since, now)
            self.longest = {}

    def close(self) -> None:
        """Disconnect."""
        self._group.close()


@contextmanager
def watching(state: Path) -> Iterator[ProgressWatch]:
    """Poll from a thread while the block lasts."""
    watch, done = ProgressWatch(state), threading.Event()

    def run() -> None:
        while not done.wait(POLL_S):
            watch.poll()

    watch.poll()
    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield watch
    finally:
        done.set()
        thread.join()
        watch.close()
