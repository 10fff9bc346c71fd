"""Send batches to the gateway, several at a time, and go on trying while it says that it will take them later."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import aiohttp

from streams.ingest.vendors.standard import verifier
from streams.ingest.vendors.standard.adapter import BATCH
from streams.tools.importing.batches import EventBatch
from streams.tools.importing.connection import ImportTarget
from streams.tools.importing.journal import Journal

IN_FLIGHT = 4
ATTEMPTS = 20
LONGEST_PAUSE_S = 60.0
LATER = {0, 429, 500, 502, 503, 504}  # 0: no answer at all
TIMEOUT_S = 60


@dataclass(frozen=True, kw_only=True)
class GatewayReply:
    """What the gateway answered; `status` 0 when it could not be reached."""

    status: int
    retry_after: float | None = None
    accepted: int = 0
    message: str = ""


Post = Callable[[bytes, dict[str, str]], Awaitable[GatewayReply]]


@dataclass
class SendResult:
    """What became of the batches. Events that the gateway `set_aside` wait in its quarantine."""

    batches: int = 0
    events: int = 0
    before: int = 0
    set_aside: int = 0
    repeated: int = 0
    said: str = ""
    failure: str = ""


@dataclass
class Sender:
    """Posts, signs anew for each attempt, and notes in the journal what was confirmed."""

    door: ImportTarget
    post: Post
    journal: Journal
    progress: Callable[[int], None] = lambda _n: None
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    sent: SendResult = field(default_factory=SendResult)

    async def send(self, batches: Iterable[EventBatch]) -> SendResult:
        """Return when every batch is confirmed, or when one was refused for good: what is under way is finished first."""
        waiting = iter(batches)
        await asyncio.gather(*(self._lane(waiting) for _ in range(IN_FLIGHT)))
        return self.sent

    async def _lane(self, waiting: Iterator[EventBatch]) -> None:
        while not self.sent.failure and (batch := next(waiting, None)) is not None:
            if self.journal.holds(batch):
                self.sent.before += batch.events
            else:
                await self._deliver(batch)
            self.progress(batch.events)

    async def _deliver(self, batch: EventBatch) -> None:
        for attempt in range(ATTEMPTS):
            reply = await self.post(batch.body, self._headers(batch))
            if 200 <= reply.status < 300:
                self._confirmed(batch, reply)
                return
            if reply.status not in LATER:
                self.sent.failure = f"the gateway refused a batch ({reply.status}): {reply.message}"
                return
            self.sent.repeated += 1
            pause = 0.5 * 2**attempt if reply.retry_after is None else reply.retry_after
            await self.sleep(min(LONGEST_PAUSE_S, pause))
        said = f"{reply.status}: {reply.message}" if reply.status else "no answer"
        self.sent.failure = f"the gateway at {self.door.address} took no batch any more ({said})"

    def _confirmed(self, batch: EventBatch, reply: GatewayReply) -> None:
        self.journal.confirm(batch)
        self.sent.batches += 1
        self.sent.events += reply.accepted
        self.sent.set_aside += batch.events - reply.accepted
        if reply.accepted < batch.events:
            self.sent.said = self.sent.said or reply.message

    def _headers(self, batch: EventBatch) -> dict[str, str]:
        message_id = f"import-{batch.name[:32]}"
        signed = verifier.sign(message_id, batch.body, self.door.secret, self.clock())
        return {"content-type": BATCH, **signed}


def over_http(client: aiohttp.ClientSession, url: str) -> Post:
    """Posts to the address."""

    async def post(body: bytes, headers: dict[str, str]) -> GatewayReply:
        try:
            async with client.post(url, data=body, headers=headers) as answer:
                return reply(answer.status, dict(answer.headers), await answer.read())
        except (aiohttp.ClientError, TimeoutError):
            return GatewayReply(status=0)

    return post


def reply(status: int, headers: dict[str, str], body: bytes) -> GatewayReply:
    """An answer of the gateway, or of whatever stands before it."""
    low = {name.lower(): value for name, value in headers.items()}
    after = low.get("retry-after", "")
    try:
        content = json.loads(body)
    except ValueError:
        content = {}
    said = content if isinstance(content, dict) else {}
    accepted = said.get("accepted", 0)
    return GatewayReply(
        status=status,
        retry_after=float(after) if after.isdigit() else None,
        accepted=accepted if isinstance(accepted, int) else 0,
        message=str(said.get("message", ""))[:300],
    )


async def send(sender: Sender, batches: Iterable[EventBatch]) -> SendResult:
    """The same through the door over HTTP."""
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
    async with aiohttp.ClientSession(timeout=timeout) as client:
        sender.post = over_http(client, sender.door.url)
        return await sender.send(batches)
