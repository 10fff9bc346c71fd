"""What waits in topics: how many records, and how long at least the oldest of them has waited."""

from collections.abc import Mapping
from typing import NamedTuple

from schemas.kafka.topics import without_epoch

Offsets = Mapping[tuple[str, int], int]  # (topic, partition): the next offset
Mark = tuple[int, float]  # where a partition ended at a look, and when that was

SHARE = 100  # of how long the oldest waits: looks nearer to each other are not told apart, or weeks of them would be kept


class TopicLag(NamedTuple):
    """Of one topic."""

    records: int
    seconds: float


class RoleLag:
    """Told again and again where topics end and up to where they are done; timestamps of records are not needed.

    A record that was there at a look and is not done by a later one has waited since the first: `seconds` is short by at
    most the time between two looks, or a hundredth of the longest wait.
    """

    def __init__(self) -> None:
        """Nothing seen yet."""
        self._seen: dict[tuple[str, int], list[Mark]] = {}

    def look(self, ends: Offsets, done: Offsets, now: float) -> dict[str, TopicLag]:
        """What waits now, by topic without its epoch; `now` in seconds. What is in neither is forgotten."""
        found: dict[str, TopicLag] = {}
        seen: dict[tuple[str, int], list[Mark]] = {}
        for part, end in ends.items():
            at = done.get(part, end)
            marks = seen[part] = _marked(self._seen.get(part, []), at, (end, now))
            seconds = now - marks[0][1] if at < end else 0.0
            topic = without_epoch(part[0])
            held = found.get(topic, TopicLag(0, 0.0))
            found[topic] = TopicLag(held.records + max(0, end - at), max(held.seconds, seconds))
        self._seen = seen
        return found


def _marked(marks: list[Mark], at: int, mark: Mark) -> list[Mark]:
    """Those before whose ends something waits, oldest first, and this one if more has come; never none."""
    left = [each for each in marks if each[0] > at]
    if not left:
        return [mark]
    (_, first), (end, last), now = left[0], left[-1], mark[1]
    return [*left, mark] if mark[0] > end and now - last >= (now - first) / SHARE else left
