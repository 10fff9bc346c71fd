"""Send batches to the gateway concurrently, with retries."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx
import stamina

from streams.ingest import standard_webhooks
from streams.ingest.vendors.standard.adapter import BATCH
from streams.tools.gateway_retry import GatewayUndecided, pause_after, retry_options
from streams.tools.importing.batches import EventBatch
from streams.tools.importing.connection import ImportTarget
from streams.tools.importing.journal import Journal

MAX_IN_FLIGHT = 4
MAX_ATTEMPTS = 20
MAX_PAUSE_S = 60.0
RETRYABLE_STATUSES = {0, 429, 500, 502, 503, 504}  # 0: no response
TIMEOUT_S = 60  # of one whole attempt


@dataclass(frozen=True, kw_only=True)
class GatewayReply:
    """The response of the gateway; `status` is 0 if it could not be reached.

    `accepted` counts events with those that accompany them, such as the notes that a cost of a hire leaves; `set_aside`
    is None if the answer does not say how many of the batch's events were quarantined.
    """

    status: int
    retry_after: float | None = None
    accepted: int = 0
    set_aside: int | None = None
    message: str = ""


Post = Callable[[bytes, dict[str, str]], Awaitable[GatewayReply]]


@dataclass
class SendResult:
    """Outcome of the batches; `set_aside` counts the events that the gateway quarantined."""

    batches: int = 0
    events: int = 0
    already_confirmed: int = 0
    set_aside: int = 0
    retries: int = 0
    quarantine_message: str = ""
    failure: str = ""


@dataclass
class Sender:
    """Posts batches, signs each attempt anew, and records confirmed batches in the journal.

    `run` begins the id of every delivery, so that what an import sent can be found again.
    """

    target: ImportTarget
    post: Post
    journal: Journal
    progress: Callable[[int], None] = lambda _n: None
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    run: str = "import"
    result: SendResult = field(default_factory=SendResult)

    async def send(self, batches: Iterable[EventBatch]) -> SendResult:
        """Return once every batch is confirmed or one is rejected for good; batches in flight finish first."""
        remaining = iter(batches)
        await asyncio.gather(*(self._deliver_all(remaining) for _ in range(MAX_IN_FLIGHT)))
        return self.result

    async def _deliver_all(self, remaining: Iterator[EventBatch]) -> None:
        while not self.result.failure and (batch := next(remaining, None)) is not None:
            if self.journal.is_confirmed(batch):
                self.result.already_confirmed += batch.events
            else:
                await self._deliver(batch)
            self.progress(batch.events)

    async def _deliver(self, batch: EventBatch) -> None:
        retry = stamina.AsyncRetryingCaller(**retry_options(MAX_ATTEMPTS, MAX_PAUSE_S))
        try:
            reply = await retry(pause_after(MAX_PAUSE_S), self._attempt, batch)
        except GatewayUndecided as error:
            self.result.failure = (
                f"the gateway at {self.target.address} stopped accepting batches ({error})"
            )
            return
        if 200 <= reply.status < 300:
            self._record_confirmation(batch, reply)
        else:
            self.result.failure = f"the gateway refused a batch ({reply.status}): {reply.message}"

    async def _attempt(self, batch: EventBatch) -> GatewayReply:
        reply = await self.post(batch.body, self._headers(batch))
        if reply.status in RETRYABLE_STATUSES:
            self.result.retries += 1
            raise GatewayUndecided(reply.status, reply.message, reply.retry_after)
        return reply

    def _record_confirmation(self, batch: EventBatch, reply: GatewayReply) -> None:
        self.journal.confirm(batch)
        self.result.batches += 1
        set_aside = max(0, batch.events - reply.accepted)
        if reply.set_aside is not None:
            set_aside = reply.set_aside
        self.result.events += batch.events - set_aside
        self.result.set_aside += set_aside
        if set_aside:
            self.result.quarantine_message = self.result.quarantine_message or reply.message

    def _headers(self, batch: EventBatch) -> dict[str, str]:
        message_id = f"{self.run}-{batch.digest[:24]}"
        signed = standard_webhooks.sign(message_id, batch.body, self.target.secret, self.clock())
        return {"content-type": BATCH, **signed}


def http_post(client: httpx.AsyncClient, url: str) -> Post:
    """A function that posts to the URL."""

    async def post(body: bytes, headers: dict[str, str]) -> GatewayReply:
        try:
            async with asyncio.timeout(TIMEOUT_S):
                response = await client.post(url, content=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError):
            return GatewayReply(status=0)
        return parse_reply(response.status_code, dict(response.headers), response.content)

    return post


def parse_reply(status: int, headers: dict[str, str], body: bytes) -> GatewayReply:
    """Parse a response of the gateway, or of a proxy in front of it."""
    lowercase_headers = {name.lower(): value for name, value in headers.items()}
    retry_after = lowercase_headers.get("retry-after", "")
    try:
        document = json.loads(body)
    except ValueError:
        document = {}
    fields = document if isinstance(document, dict) else {}
    accepted, set_aside = fields.get("accepted", 0), fields.get("set_aside")
    return GatewayReply(
        status=status,
        retry_after=float(retry_after) if retry_after.isdigit() else None,
        accepted=accepted if isinstance(accepted, int) else 0,
        set_aside=set_aside if isinstance(set_aside, int) else None,
        message=str(fields.get("message", ""))[:300],
    )


async def send(sender: Sender, batches: Iterable[EventBatch]) -> SendResult:
    """Send the batches over HTTP."""
    async with httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False) as client:
        sender.post = http_post(client, sender.target.url)
        return await sender.send(batches)
