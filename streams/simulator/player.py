"""Post deliveries through the real HTTP door, as vendors do: signed, retried until accepted, sometimes twice."""

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

WINDOW = 200  # how far a shuffled delivery may land from its place
ATTEMPTS = 400
LONGEST_PAUSE_S = 1.0
FINAL = {400, 401, 403, 404, 408, 413, 415, 422}  # a retry of the same bytes cannot help


@dataclass(frozen=True, kw_only=True)
class PlayTarget:
    """Where a connection is posted to and what signs it."""

    url: str
    secret: str


@dataclass
class PlayReport:
    """What became of the deliveries; `complete` when every one was accepted in the end."""

    wanted: int = 0
    accepted: int = 0
    retried: int = 0
    refused: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def complete(self) -> bool:
        """Whether nothing was refused or given up."""
        return self.accepted == self.wanted

    def describe(self) -> str:
        """One line."""
        rate = self.accepted / self.seconds if self.seconds else 0.0
        refused = "".join(
            f", {n} refused with {status}" for status, n in sorted(self.refused.items())
        )
        return (
            f"{self.accepted} of {self.wanted} deliveries accepted in {self.seconds:.1f} s ({rate:.0f}/s), "
            f"{self.retried} attempts repeated{refused}"
        )


def disturbed(
    deliveries: Sequence[SimulatedDelivery], duplicates: float, shuffle: float, seed: int
) -> list[SimulatedDelivery]:
    """The deliveries with a share sent twice and a share out of place; the same seed disturbs alike."""
    rng = random.Random(seed)
    places: list[tuple[float, int, SimulatedDelivery]] = []
    for place, delivery in enumerate(deliveries):
        moved = rng.uniform(-WINDOW, WINDOW) if rng.random() < shuffle else 0.0
        places.append((place + moved, place, delivery))
        if rng.random() < duplicates:
            places.append((place + rng.uniform(0, WINDOW), place, delivery))
    places.sort(key=lambda each: each[:2])
    return [delivery for _, _, delivery in places]


class Player:
    """Posts with bounded concurrency; deliveries of one subject keep their order."""

    def __init__(
        self, targets: dict[str, PlayTarget], concurrency: int = 64, rate: float | None = None
    ) -> None:
        """`targets` by connection id; `rate` limits deliveries a second."""
        self._targets = targets
        self._concurrency = concurrency
        self._rate = rate
        self.report = PlayReport()

    async def play(
        self,
        deliveries: Sequence[SimulatedDelivery],
        progress: Callable[[int], None] = lambda _n: None,
    ) -> PlayReport:
        """Post all of them; return when each was accepted or refused for good."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        self.report.wanted += len(deliveries)
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
                    await asyncio.sleep(max(0.0, begun + number / self._rate - loop.time()))
                await lanes[hash(delivery.subject) % len(lanes)].put(delivery)
            for lane in lanes:
                await lane.put(None)
        self.report.seconds += loop.time() - begun
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
        for attempt in range(ATTEMPTS):
            status = await self._attempt(client, target, delivery)
            if 200 <= status < 300:
                self.report.accepted += 1
                return
            if status in FINAL:
                break
            self.report.retried += 1
            await asyncio.sleep(min(LONGEST_PAUSE_S, 0.05 * 2**attempt))
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
                at=datetime.now(UTC),
                happened=delivery.at,
            )
        )
        headers = {"content-type": "application/json", **signed}
        try:
            async with client.post(target.url, data=body, headers=headers) as answer:
                return answer.status
        except (aiohttp.ClientError, TimeoutError):
            return 0


def targets_of(run: dict[str, Any]) -> dict[str, PlayTarget]:
    """The connections of a running stack."""
    return {
        each["id"]: PlayTarget(url=each["url"], secret=each["secret"])
        for each in run["connections"]
    }
