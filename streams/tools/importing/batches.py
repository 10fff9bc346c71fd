"""Pack events into request bodies of at most 500 events and at most the gateway's body limit."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from schemas.errors import Malformed
from streams.ingest.vendors.standard.adapter import MAX_BATCH_SIZE
from streams.tools.importing.events import RowEvent
from streams.tools.importing.readings import Reading
from streams.tools.importing.refusals import row_problem


@dataclass(frozen=True, kw_only=True)
class EventBatch:
    """The body of a CloudEvents batch and the number of events in it."""

    body: bytes
    events: int

    @property
    def digest(self) -> str:
        """SHA-256 of the body; identifies the batch in the journal and at the gateway."""
        return sha256(self.body).hexdigest()


def refuse_oversized(readings: Iterable[Reading], mode: str, max_bytes: int) -> Iterator[Reading]:
    """The readings, refusing each row with an event that alone exceeds `max_bytes` as a batch."""
    for reading in readings:
        sizes = [len(event.envelope(mode)) + 2 for event in reading.events]
        if max(sizes, default=0) <= max_bytes:
            yield reading
            continue
        oversize_problem = row_problem(reading.line, "row", Malformed("too_large", str(max(sizes))))
        yield Reading(line=reading.line, problems=(oversize_problem,))


def refuse_future(readings: Iterable[Reading], now: datetime) -> Iterator[Reading]:
    """The readings, refusing each row with an event that the gateway would set aside at `now` as not yet happened."""
    for reading in readings:
        try:
            for event in reading.events:
                event.check_times(now)
        except Malformed as problem:
            future_problem = row_problem(reading.line, "row", Malformed(problem.reason))
            yield Reading(line=reading.line, problems=(future_problem,))
        else:
            yield reading


def batches(events: Iterable[RowEvent], mode: str, max_bytes: int) -> Iterator[EventBatch]:
    """Pack the events in order; each event must fit on its own, which `refuse_oversized` ensures."""
    payloads: list[bytes] = []
    size = 2  # the brackets
    for event in events:
        payload = event.envelope(mode)
        if payloads and (len(payloads) == MAX_BATCH_SIZE or size + len(payload) + 1 > max_bytes):
            yield _batch(payloads)
            payloads, size = [], 2
        payloads.append(payload)
        size += len(payload) + (len(payloads) > 1)
    if payloads:
        yield _batch(payloads)


def _batch(events: list[bytes]) -> EventBatch:
    return EventBatch(body=b"[" + b",".join(events) + b"]", events=len(events))
