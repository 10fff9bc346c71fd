"""What waits in topics: how many records, and how long at least the oldest of them has waited."""

from collections.abc import Mapping
from typing import NamedTuple

from schemas.topics import without_epoch

Offsets = Mapping[tuple[str, int], int]  # (topic, partition): the next offset


class Waiting(NamedTuple):
    """Of one topic."""

    records: int
    seconds: float


class Backlog:
    """Told again and again where topics end and up to where they are done; timestamps of records are not needed.

    A record that was there at a look and is not done by a later one has waited since the first: `seconds` is short by at
    most the time between two looks.
    """

    def __init__(self) -> None:
        """Nothing seen yet."""
        self._seen: dict[tuple[str, int], tuple[int, float]] = {}

    def look(self, ends: Offsets, done: Offsets, now: float) -> dict[str, Waiting]:
        """What waits now, by topic without its epoch; `now` in seconds. What is in neither is forgotten."""
        found: dict[str, Waiting] = {}
        seen: dict[tuple[str, int], tuple[int, float]] = {}
        for part, end in ends.items():
            at = done.get(part, end)
            mark = self._seen.get(part)
            if mark is None or at >= mark[0]:
                mark = (end, now)
            seen[part] = mark
            seconds = now - mark[1] if at < end else 0.0
            topic = without_epoch(part[0])
            held = found.get(topic, Waiting(0, 0.0))
            found[topic] = Waiting(held.records + max(0, end - at), max(held.seconds, seconds))
        self._seen = seen
        return found
