"""The breach index caches known breaches, reads Kafka only for unknown ids, and raises when it cannot know."""

import asyncio
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError

from schemas.errors import Unavailable
from streams.ingest.kafka import breach_index
from streams.ingest.kafka.breach_index import PARTITION, BreachLookup

OPENED, LATER = b"acme/0123456789abcdef", b"acme/fedcba9876543210"


@dataclass
class Topic:
    """A fake topic; `first` is the first offset after compaction, `away` refuses connections, `hung` never answers."""

    keys: list[bytes] = field(default_factory=list)
    read: list[int] = field(default_factory=list)
    first: int = 0
    away: bool = False
    hung: bool = False
    open: int = 0

    def consumer(self) -> "Consumer":
        """Return a consumer of the topic."""
        return Consumer(self)


@dataclass
class Consumer:
    """The part of a Kafka consumer that the index uses."""

    topic: Topic
    at: int = 0

    async def start(self) -> None:
        """Connect."""
        if self.topic.away:
            raise KafkaConnectionError
        if self.topic.hung:
            await asyncio.Event().wait()
        self.topic.open += 1

    async def stop(self) -> None:
        """Disconnect."""
        self.topic.open = max(0, self.topic.open - 1)

    def assign(self, parts: list[Any]) -> None:
        """Assign the one partition."""
        assert parts == [PARTITION]

    async def end_offsets(self, _parts: list[Any]) -> dict[Any, int]:
        """Return the end offset."""
        return {PARTITION: self.topic.first + len(self.topic.keys)}

    def seek(self, _part: Any, offset: int) -> None:
        """Continue at an offset."""
        self.topic.read.append(offset)
        self.at = offset

    async def position(self, _part: Any) -> int:
        """Return the current offset."""
        return self.at

    async def getmany(self, timeout_ms: int) -> dict[Any, Any]:
        """Return the next record."""
        index = max(0, self.at - self.topic.first)
        self.at = self.topic.first + index + 1
        return {PARTITION: [SimpleNamespace(key=self.topic.keys[index])]}


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set no minimum interval between refreshes by default."""
    monkeypatch.setattr(breach_index, "REFRESH_INTERVAL_S", 0.0)


async def test_a_cached_breach_needs_no_kafka() -> None:
    """A known breach is answered from the cache, even while the broker is unavailable."""
    topic = Topic([OPENED])
    log = BreachLookup(topic.consumer, 1)
    results = [await log.has("acme", "0123456789abcdef")]
    topic.away = True
    results.append(await log.has("acme", "0123456789abcdef"))

    assert (results, topic.read, topic.open) == ([True, True], [0], 0)


async def test_a_refresh_reads_only_new_records() -> None:
    """A refresh reads only what was written since the last one."""
    topic = Topic([OPENED, b"acme/1111111111111111"])
    log = BreachLookup(topic.consumer, 1)
    before = await log.has("acme", "fedcba9876543210")
    topic.keys.append(LATER)

    assert (before, await log.has("acme", "fedcba9876543210")) == (False, True)
    assert topic.read == [0, 2]


async def test_breaches_belong_to_one_tenant() -> None:
    """Another tenant's breach does not exist for this tenant."""
    log = BreachLookup(Topic([OPENED]).consumer, 1)

    assert not await log.has("globex", "0123456789abcdef")


async def test_invalid_ids_do_not_keep_kafka_busy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Refreshes keep their minimum interval, however many lookups there are."""
    monkeypatch.setattr(breach_index, "REFRESH_INTERVAL_S", 60.0)
    topic = Topic([OPENED])
    log = BreachLookup(topic.consumer, 1)
    results = await asyncio.gather(*(log.has("acme", f"{n:016x}") for n in range(50)))

    assert (any(results), topic.read) == (False, [0])


@pytest.mark.parametrize("fault", ["away", "hung"])
async def test_an_unreachable_broker_is_unavailable(fault: str) -> None:
    """A failed refresh raises Unavailable instead of denying the breach; the next lookup tries again."""
    topic = Topic([OPENED])
    setattr(topic, fault, True)
    log = BreachLookup(topic.consumer, 0.05)
    with pytest.raises(Unavailable, match="breaches_unknown"):
        await log.has("acme", "0123456789abcdef")
    setattr(topic, fault, False)

    assert await log.has("acme", "0123456789abcdef")


async def test_concurrent_lookups_share_one_deadline() -> None:
    """While the broker does not answer, fifty concurrent lookups fail in the time of one."""
    topic = Topic([OPENED], hung=True)
    log = BreachLookup(topic.consumer, 0.05)
    before = asyncio.get_running_loop().time()
    lookups = (log.has("acme", f"{n:016x}") for n in range(50))
    results = await asyncio.gather(*lookups, return_exceptions=True)

    assert all(isinstance(result, Unavailable) for result in results)
    assert asyncio.get_running_loop().time() - before < 1


async def test_a_recreated_topic_is_read_from_the_start() -> None:
    """A recreated topic replaces the cached keys."""
    topic = Topic([OPENED, b"acme/1111111111111111"])
    log = BreachLookup(topic.consumer, 1)
    await log.has("acme", "f" * 16)
    topic.keys = [LATER]

    assert await log.has("acme", "fedcba9876543210")
    assert not await log.has("acme", "0123456789abcdef")
