"""Consumer lag by topic: how many records wait, and for how long the oldest has waited at least."""

from collections.abc import Mapping
from typing import NamedTuple

from schemas.kafka.topics import without_epoch

Offsets = Mapping[tuple[str, int], int]  # (topic, partition): the next offset
Mark = tuple[int, float]  # the end offset of a partition at a measurement, and its time

MARK_RESOLUTION = 100  # marks closer together than 1/100 of the longest wait are merged, or weeks of them would be kept


class TopicLag(NamedTuple):
    """The lag of one topic."""

    records: int
    seconds: float


class RoleLag:
    """Measures lag from periodic end and processed offsets; record timestamps are not needed.

    A record that existed at one measurement and is not processed at a later one has waited since the first. `seconds` is
    too low by at most the time between two measurements or a hundredth of the longest wait.
    """

    def __init__(self) -> None:
        """Start without measurements."""
        self._marks: dict[tuple[str, int], list[Mark]] = {}

    def measure(self, ends: Offsets, processed: Offsets, now: float) -> dict[str, TopicLag]:
        """Return the current lag by topic, without its epoch; `now` is in seconds.

        A partition that is not in `ends` is forgotten.
        """
        lags: dict[str, TopicLag] = {}
        current: dict[tuple[str, int], list[Mark]] = {}
        for partition, end in ends.items():
            next_offset = processed.get(partition, end)
            marks = current[partition] = _marked(
                self._marks.get(partition, []), next_offset, (end, now)
            )
            seconds = now - marks[0][1] if next_offset < end else 0.0
            topic = without_epoch(partition[0])
            topic_lag = lags.get(topic, TopicLag(0, 0.0))
            lags[topic] = TopicLag(
                topic_lag.records + max(0, end - next_offset), max(topic_lag.seconds, seconds)
            )
        self._marks = current
        return lags


def _marked(marks: list[Mark], next_offset: int, mark: Mark) -> list[Mark]:
    """Return the marks with unprocessed records, oldest first, plus the new one if records arrived; never empty."""
    left = [earlier for earlier in marks if earlier[0] > next_offset]
    if not left:
        return [mark]
    (_, first), (end, last), now = left[0], left[-1], mark[1]
    return (
        [*left, mark] if mark[0] > end and now - last >= (now - first) / MARK_RESOLUTION else left
    )
