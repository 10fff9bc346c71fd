"""The gateway knows which breaches there are, asks Kafka only for what it does not know, and never guesses."""

import asyncio
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError

from schemas.errors import Unavailable
from streams.ingest.kafka import breach_index
from streams.ingest.kafka.breach_index import PART, BreachLookup

OPENED, LATER = b"acme/0123456789abcdef", b"acme/fedcba9876543210"


@dataclass
class Topic:
    """The topic by key and offset, `first` being what compaction has left; `away` cannot be reached, `hung` never answers."""

    keys: list[bytes] = field(default_factory=list)
    read: list[int] = field(default_factory=list)
    first: int = 0
    away: bool = False
    hung: bool = False
    open: int = 0

    def consumer(self) -> "Consumer":
        """One of it."""
        return Consumer(self)


@dataclass
class Consumer:
    """What of a consumer is used."""

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
        """Read the one partition."""
        assert parts == [PART]

    async def end_offsets(self, _parts: list[Any]) -> dict[Any, int]:
        """Where it ends now."""
        return {PART: self.topic.first + len(self.topic.keys)}

    def seek(self, _part: Any, offset: int) -> None:
        """Go on from there."""
        self.topic.read.append(offset)
        self.at = offset

    async def position(self, _part: Any) -> int:
        """Where it stands."""
        return self.at

    async def getmany(self, timeout_ms: int) -> dict[Any, Any]:
        """The next record."""
        index = max(0, self.at - self.topic.first)
        self.at = self.topic.first + index + 1
        return {PART: [SimpleNamespace(key=self.topic.keys[index])]}


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits between two looks, unless a test is about that."""
    monkeypatch.setattr(breach_index, "PAUSE_S", 0.0)


async def test_what_is_known_needs_no_kafka() -> None:
    """A breach is never removed, so one look is enough for ever, also while the broker is away."""
    topic = Topic([OPENED])
    log = BreachLookup(topic.consumer, 1)
    found = [await log.has("acme", "0123456789abcdef")]
    topic.away = True
    found.append(await log.has("acme", "0123456789abcdef"))

    assert (found, topic.read, topic.open) == ([True, True], [0], 0)


async def test_a_breach_that_opens_later_is_found_from_there_on() -> None:
    """Only what was written since the last look is read."""
    topic = Topic([OPENED, b"acme/1111111111111111"])
    log = BreachLookup(topic.consumer, 1)
    before = await log.has("acme", "fedcba9876543210")
    topic.keys.append(LATER)

    assert (before, await log.has("acme", "fedcba9876543210")) == (False, True)
    assert topic.read == [0, 2]


async def test_a_company_has_its_own() -> None:
    """The id of somebody else's breach is none."""
    log = BreachLookup(Topic([OPENED]).consumer, 1)

    assert not await log.has("globex", "0123456789abcdef")


async def test_who_asks_for_what_is_none_does_not_keep_kafka_busy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Between two looks there is a pause, however many ask."""
    monkeypatch.setattr(breach_index, "PAUSE_S", 60.0)
    topic = Topic([OPENED])
    log = BreachLookup(topic.consumer, 1)
    found = await asyncio.gather(*(log.has("acme", f"{n:016x}") for n in range(50)))

    assert (any(found), topic.read) == (False, [0])


@pytest.mark.parametrize("how", ["away", "hung"])
async def test_a_broker_that_does_not_answer_is_no_answer(how: str) -> None:
    """That a breach is none is only said by who has looked; the next question looks again."""
    topic = Topic([OPENED])
    setattr(topic, how, True)
    log = BreachLookup(topic.consumer, 0.05)
    with pytest.raises(Unavailable, match="breaches_unknown"):
        await log.has("acme", "0123456789abcdef")
    setattr(topic, how, False)

    assert await log.has("acme", "0123456789abcdef")


async def test_nobody_waits_for_those_who_asked_before() -> None:
    """While the broker does not answer, fifty requests are each refused in the time of one."""
    topic = Topic([OPENED], hung=True)
    log = BreachLookup(topic.consumer, 0.05)
    before = asyncio.get_running_loop().time()
    asked = (log.has("acme", f"{n:016x}") for n in range(50))
    found = await asyncio.gather(*asked, return_exceptions=True)

    assert all(isinstance(each, Unavailable) for each in found)
    assert asyncio.get_running_loop().time() - before < 1


async def test_a_topic_that_was_made_anew_is_read_anew() -> None:
    """What stood in the old one is gone with it."""
    topic = Topic([OPENED, b"acme/1111111111111111"])
    log = BreachLookup(topic.consumer, 1)
    await log.has("acme", "f" * 16)
    topic.keys = [LATER]

    assert await log.has("acme", "fedcba9876543210")
    assert not await log.has("acme", "0123456789abcdef")
