"""The lock of a replay: one at a time, over all machines, held by claims in the topic of epochs."""

import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from kafka import TopicPartition
from kafka.errors import KafkaError

from schemas.errors import Unavailable
from schemas.kafka.epochs import REPLAY_KEY, ReplayClaim, ReplayClaims
from schemas.kafka.topics import EPOCHS
from streams.configuration.kafka_access import KafkaAccess
from streams.kafka import clients

log = logging.getLogger(__name__)

BEAT_S = 2.0
LEASE_S = 10.0  # without a beat for so long, the process that holds the lock has ended or is frozen
POLL_S = 0.1

Check = Callable[[], None]


@contextmanager
def replaying(access: KafkaAccess, by: str, now: datetime) -> Iterator[Check]:
    """Hold the lock while the block lasts; yield a function that raises Unavailable once another replay has it.

    Raise Unavailable, with who replays and since when, if another process has the lock. A claim whose process does not
    show itself for `LEASE_S` is replaced, so a replay that was killed holds nobody up for longer. A holder that was
    frozen meanwhile learns of it by the check, which it must call before it changes what readers see.
    """
    reader, producer = _ClaimReader(access), clients.producer(access)
    try:
        earlier = _wait_for_end(reader)
        claim = ReplayClaim(id=uuid.uuid4().hex, by=by, since=now, replaces=earlier)
        _write(producer, claim)
        if (holder := reader.read()) is None or holder.id != claim.id:
            _write(producer, claim.model_copy(update={"released": True}))
            raise _refusal(holder)
        with _beating(producer, claim):
            yield lambda: _check(reader, claim)
    finally:
        producer.close()
        reader.close()


def _wait_for_end(reader: "_ClaimReader") -> str:
    """Return the id of the last claim, whose process has ended; raise Unavailable at a sign of life."""
    holder, deadline = reader.read(), time.monotonic() + LEASE_S
    if holder is None or holder.released:
        return "" if holder is None else holder.id
    while time.monotonic() < deadline:
        time.sleep(POLL_S)
        latest = reader.read()
        if latest is None or latest.released:
            break
        if (latest.id, latest.beat) != (holder.id, holder.beat):
            raise _refusal(latest)
    log.warning("a replay that has ended is replaced", extra={"by": holder.by})
    return holder.id


def _refusal(holder: ReplayClaim | None) -> Unavailable:
    if holder is None:
        return Unavailable("replay", "the claim was not written: try again")
    return Unavailable(
        "replay",
        f"{holder.by} has been replaying since {holder.since:%Y-%m-%d %H:%M:%S %Z}; one replay runs at a time: wait "
        "for it, or end that process",
    )


def _check(reader: "_ClaimReader", claim: ReplayClaim) -> None:
    holder = reader.read()
    if holder is None or holder.id != claim.id:
        raise _refusal(holder)


@contextmanager
def _beating(producer: Any, claim: ReplayClaim) -> Iterator[None]:
    """Write the claim again and again from a thread, and release it at the end."""
    done, beat = threading.Event(), claim.beat

    def run() -> None:
        nonlocal beat
        while not done.wait(BEAT_S):
            beat += 1
            try:
                _write(producer, claim.model_copy(update={"beat": beat}))
            except Unavailable as problem:
                log.warning("the claim was not renewed", extra={"reason": str(problem)})

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
        _write(producer, claim.model_copy(update={"beat": beat + 1, "released": True}))


def _write(producer: Any, claim: ReplayClaim) -> None:
    try:
        value = claim.model_dump_json().encode()
        producer.send(EPOCHS.name, value, key=REPLAY_KEY).get(timeout=30)
    except KafkaError as error:
        raise Unavailable("kafka", f"writing the claim of a replay failed: {error}") from error


class _ClaimReader:
    """Reads the claims and follows them."""

    def __init__(self, access: KafkaAccess) -> None:
        self._partition = TopicPartition(EPOCHS.name, 0)
        self._consumer = clients.consumer(access)
        self._consumer.assign([self._partition])
        self._consumer.seek_to_beginning(self._partition)
        self._claims = ReplayClaims()

    def read(self) -> ReplayClaim | None:
        """Return the claim that holds now; raise Unavailable while the broker does not answer."""
        try:
            end = self._consumer.end_offsets([self._partition])[self._partition]
            while self._consumer.position(self._partition) < end:
                for records in self._consumer.poll(timeout_ms=500).values():
                    for record in records:
                        if record.key == REPLAY_KEY:
                            self._claims.add(ReplayClaim.model_validate_json(record.value))
        except KafkaError as error:
            raise Unavailable("kafka", f"reading the claims of replays failed: {error}") from error
        return self._claims.holder

    def close(self) -> None:
        """Disconnect."""
        self._consumer.close()
