"""Pack events into bodies that the gateway takes: at most 500 events, and never more bytes than its limit."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256

from schemas.errors import Malformed
from streams.ingest.vendors.standard.adapter import LARGEST_BATCH
from streams.tools.importing.events import RowEvent
from streams.tools.importing.readings import Reading
from streams.tools.importing.refusals import problem


@dataclass(frozen=True, kw_only=True)
class EventBatch:
    """A CloudEvents batch: its body and how many events are in it. Equal bodies have equal names."""

    body: bytes
    events: int

    @property
    def name(self) -> str:
        """Made of the body, so that the journal and the gateway know it again."""
        return sha256(self.body).hexdigest()


def fitting(readings: Iterable[Reading], mode: str, largest: int) -> Iterator[Reading]:
    """The readings, those refused that hold an event which alone is more than `largest` bytes as a batch."""
    for reading in readings:
        sizes = [len(told.envelope(mode)) + 2 for told in reading.told]
        if max(sizes, default=0) <= largest:
            yield reading
            continue
        why = problem(reading.line, "row", Malformed("too_large", str(max(sizes))))
        yield Reading(line=reading.line, problems=(why,))


def batches(told: Iterable[RowEvent], mode: str, largest: int) -> Iterator[EventBatch]:
    """The events in their order, packed; each alone must fit, as `fitting` sees to."""
    held: list[bytes] = []
    size = 2  # the brackets
    for each in told:
        event = each.envelope(mode)
        if held and (len(held) == LARGEST_BATCH or size + len(event) + 1 > largest):
            yield _batch(held)
            held, size = [], 2
        held.append(event)
        size += len(event) + (len(held) > 1)
    if held:
        yield _batch(held)


def _batch(events: list[bytes]) -> EventBatch:
    return EventBatch(body=b"[" + b",".join(events) + b"]", events=len(events))
