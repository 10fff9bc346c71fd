"""Posts deliveries to the gateway over HTTP as vendors do: signed, retried until accepted, sometimes twice."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp

from streams.simulator.season import SimulatedDelivery
from streams.simulator.signing import SIGNERS, UnsignedDelivery

SHUFFLE_WINDOW = 200  # deliveries by which a shuffled one may move
MAX_ATTEMPTS = 400
MAX_BACKOFF_S = 1.0
PERMANENT_STATUSES = {
    400,
    401,
    403,
    404,
    408,
    413,
    415,
    422,
}  # retrying the same bytes cannot succeed


@dataclass(frozen=True, kw_only=True)
class PlayTarget:
    """The URL and signing secret of a connection."""

    url: str
    secret: str


@dataclass
class PlayReport:
    """The results of the deliveries; `complete` if all were accepted in the end."""

    expected: int = 0
    accepted: int = 0
    retried: int = 0
    refused: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def complete(self) -> bool:
        """Whether no delivery was refused or given up."""
        return self.accepted == self.expected

    def describe(self) -> str:
        """Return a one-line summary."""
        rate = self.accepted / self.seconds if self.seconds else 0.0
        refused = "".join(
            f", {n} refused with {status}" for status, n in sorted(self.refused.items())
        )
        return (
            f"{self.accepted} of {self.expected} deliveries accepted in {self.seconds:.1f} s ({rate:.0f}/s), "
            f"{self.retried} attempts repeated{refused}"
        )


def with_disturbances(
    deliveries: Sequence[SimulatedDelivery], duplicates: float, shuffle: float, seed: int
) -> list[SimulatedDelivery]:
    """Return the deliveries with a share duplicated and a share out of order, deterministic by seed."""
    rng = random.Random(seed)
    entries: list[tuple[float, int, SimulatedDelivery]] = []
    for place, delivery in enumerate(deliveries):
        offset = rng.uniform(-SHUFFLE_WINDOW, SHUFFLE_WINDOW) if rng.random() < shuffle else 0.0
        entries.append((place + offset, place, delivery))
        if rng.random() < duplicates:
            entries.append((place + rng.uniform(0, SHUFFLE_WINDOW), place, delivery))
    entries.sort(key=lambda entry: entry[:2])
    return [delivery for _, _, delivery in entries]


class Player:
    """Posts deliveries with bounded concurrency; those of one subject keep their order."""

    def __init__(
        self, targets: dict[str, PlayTarget], concurrency: int = 64, rate: float | None = None
    ) -> None:
        """Take `targets` by connection id; `rate` limits deliveries per second."""
        self._targets = targets
        self._concurrency = concurrency
        self._rate = rate
        self.report = PlayReport()

    async def play(
        self,
        deliveries: Sequence[SimulatedDelivery],
        progress: Callable[[int], None] = lambda _n: None,
    ) -> PlayReport:
        """Post all deliveries; return when each is accepted or permanently refused."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        self.report.expected += len(deliveries)
        lanes: list[asyncio.Queue[SimulatedDelivery | None]] = [
            asyncio.Queue(8) for _ in range(self._concurrency)
        ]
        session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=15),
            connector=aiohttp.TCPConnector(limit=self._concurrency),
        )
        async with session as client, asyncio.TaskGroup() as tasks:
            for lane in lanes:
                tasks.create_task(self._drain(client, lane, progress))
            for number, delivery in enumerate(deliveries):
                if self._rate is not None:
                    await asyncio.sleep(max(0.0, started + number / self._rate - loop.time()))
                await lanes[hash(delivery.subject) % len(lanes)].put(delivery)
            for lane in lanes:
                await lane.put(None)
        self.report.seconds += loop.time() - started
        return self.report

    async def _drain(
        self,
        client: aiohttp.ClientSession,
        lane: "asyncio.Queue[SimulatedDelivery | None]",
        progress: Callable[[int], None],
    ) -> None:
        while (delivery := await lane.get()) is not None:
            await self._deliver(client, delivery)
            progress(1)

    async def _deliver(self, client: aiohttp.ClientSession, delivery: SimulatedDelivery) -> None:
        target = self._targets[delivery.connection]
        status = 0
        for attempt in range(MAX_ATTEMPTS):
            status = await self._attempt(client, target, delivery)
            if 200 <= status < 300:
                self.report.accepted += 1
                return
            if status in PERMANENT_STATUSES:
                break
            self.report.retried += 1
            await asyncio.sleep(min(MAX_BACKOFF_S, 0.05 * 2**attempt))
        self.report.refused[status] += 1

    async def _attempt(
        self, client: aiohttp.ClientSession, target: PlayTarget, delivery: SimulatedDelivery
    ) -> int:
        body, signed = SIGNERS[delivery.vendor](
            UnsignedDelivery(
                body=delivery.body,
                name=delivery.name,
                event=delivery.event,
                secret=target.secret,
                attempted_at=datetime.now(UTC),
                occurred_at=delivery.at,
            )
        )
        headers = {"content-type": "application/json", **signed}
        try:
            async with client.post(target.url, data=body, headers=headers) as response:
                return response.status
        except (aiohttp.ClientError, TimeoutError):
            return 0


def targets_of(run: dict[str, Any]) -> dict[str, PlayTarget]:
    """Return the targets of a running stack by connection id."""
    return {
        connection["id"]: PlayTarget(url=connection["url"], secret=connection["secret"])
        for connection in run["connections"]
    }
