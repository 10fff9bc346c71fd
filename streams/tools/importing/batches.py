"""Pack events into request bodies of at most 500 events and at most the gateway's body limit."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256

from streams.ingest.vendors.standard.adapter import MAX_BATCH_SIZE
from streams.tools.importing.events import RowEvent


@dataclass(frozen=True, kw_only=True)
class EventBatch:
    """The body of a CloudEvents batch and the number of events in it."""

    body: bytes
    events: int

    @property
    def digest(self) -> str:
        """SHA-256 of the body; identifies the batch in the journal and at the gateway."""
        return sha256(self.body).hexdigest()


def batches(events: Iterable[RowEvent], mode: str, max_bytes: int) -> Iterator[EventBatch]:
    """Pack the events in order; each event must fit on its own, which settling ensures."""
    return pack((event.envelope(mode) for event in events), max_bytes)


def pack(envelopes: Iterable[bytes], max_bytes: int) -> Iterator[EventBatch]:
    """Pack events in JSON in order; each must fit on its own."""
    payloads: list[bytes] = []
    size = 2  # the brackets
    for payload in envelopes:
        if payloads and (len(payloads) == MAX_BATCH_SIZE or size + len(payload) + 1 > max_bytes):
            yield _batch(payloads)
            payloads, size = [], 2
        payloads.append(payload)
        size += len(payload) + (len(payloads) > 1)
    if payloads:
        yield _batch(payloads)


def _batch(events: list[bytes]) -> EventBatch:
    return EventBatch(body=b"[" + b",".join(events) + b"]", events=len(events))
