"""A simulated worker process: the real funnel, recovery and stores, over a broker and disks in memory."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from faust.types import TP

from schemas.kafka.topics import CANDIDATE_EVENTS
from streams.worker.changelog import ChangelogProducer
from streams.worker.records import RuleSource
from streams.worker.recovery import BulkRecovery
from tests.simulation.composition import create_parts, create_tables
from tests.simulation.group import Group
from tests.simulation.kafka import Access, Broker, Record
from tests.simulation.rocks import Disk
from tests.simulation.virtual_time import VirtualLoop

COMMIT_S = 1.0
SEEK_RACE = 0.05  # how often the first records after an assignment are skipped, as plain Faust does


@dataclass(frozen=True)
class World:
    """What all processes share; `directory` holds the stores of every identity."""

    broker: Broker
    group: Group
    disk: Disk
    rules: RuleSource
    directory: Path
    crashes: Counter[str]


class Worker:
    """One process from its start to its end; the next one of the same identity finds its disk."""

    def __init__(self, world: World, identity: str) -> None:
        """Start."""
        self.identity, self._world = identity, world
        self._dice = world.broker.dice
        self.loop = VirtualLoop(world.broker.clock)
        self._access = Access(world.broker, self.loop)
        self._tables = create_tables(
            self._access, world.directory / identity, world.group.partitions
        )
        changelog = ChangelogProducer(self._access)
        clock = world.broker.clock
        self._parts = create_parts(
            world.rules, self._tables, changelog, self._acknowledge, lambda: clock.now
        )
        self.funnel = self._parts.funnel
        self._generation: int | None = None
        self._racing: set[int] = set()
        self._positions: dict[int, int] = {}
        self._acknowledged: dict[int, set[int]] = {}
        self._committed: dict[int, int] = {}
        self._ownership: list[asyncio.Task[Any]] = []
        self._died_at = 0.0
        self.start(partial(self._begin, changelog))

    @property
    def is_alive(self) -> bool:
        """Return whether the process runs, frozen or not."""
        return not self.loop.is_closed()

    @property
    def is_counting(self) -> bool:
        """Return whether it has restored the partitions that it owns."""
        return self.is_alive and self._generation is not None

    def start(self, work: Callable[[], Awaitable[Any]]) -> "asyncio.Task[Any]":
        """Run work in the process, which its failure ends."""

        async def run() -> None:
            try:
                await work()
            except asyncio.CancelledError:
                raise
            except Exception as error:
                self._world.crashes[type(error).__name__] += 1
                self.kill()

        return self.loop.create_task(run())

    def kill(self) -> None:
        """End the process at once: SIGKILL, or the end that the worker makes of itself after a failure."""
        if self.is_alive:
            self._died_at = min(self._world.broker.clock.now, self.last_awake())
            self.loop.close()

    def freeze(self, seconds: float) -> None:
        """Stop the process for that long; it does not notice."""
        self.loop.frozen_until = self._be_silent(seconds)

    def cut_off(self, seconds: float) -> None:
        """Let nothing reach the broker for that long; the process works on."""
        self.loop.cut_off_until = self._be_silent(seconds)

    def _be_silent(self, seconds: float) -> float:
        """Return until when the process is not heard."""
        broker = self._world.broker
        self._silent_since, until = broker.clock.now, broker.clock.now + seconds
        broker.silent_until = max(broker.silent_until, until)
        return until

    def _is_cut_off(self) -> bool:
        return self.loop.cut_off_until > self._world.broker.clock.now

    def last_awake(self) -> float:
        """Return when it last could send a heartbeat."""
        if not self.is_alive:
            return self._died_at
        now = self._world.broker.clock.now
        is_silent = self.loop.frozen_until > now or self._is_cut_off()
        return self._silent_since if is_silent else now

    async def _begin(self, changelog: ChangelogProducer) -> None:
        await changelog.start()
        for task in self._parts.tasks:
            self.start(task)
        self.start(self._flush_forever)
        self.start(self._commit_forever)
        self.start(self._heartbeat_forever)
        self._world.group.join(self)

    async def _flush_forever(self) -> None:
        while True:
            await asyncio.sleep(self._dice.uniform(0.05, 0.8))
            await self.funnel.flush()

    async def _heartbeat_forever(self) -> None:
        """Notice that the group has expelled this member while it was silent, be it before it ever owned a partition."""
        while True:
            await asyncio.sleep(1.0)
            is_member = self._world.group.generation_of(self) is not None
            is_idle = all(task.done() for task in self._ownership)
            if (
                not is_member
                and not self._is_cut_off()
                and (is_idle or self._generation is not None)
            ):
                self.on_rebalance()

    # What the group asks for.

    def on_rebalance(self) -> None:
        """Hand over all partitions, then rejoin."""
        self._own(self._hand_over)

    def on_assigned(self, partitions: set[int]) -> None:
        """Own these partitions from now on."""
        generation = self._world.group.generation
        self._own(partial(self._take_over, partitions, generation))

    def _own(self, work: Callable[[], Awaitable[Any]]) -> None:
        """Begin `work` in place of what the process does with its partitions, once it is awake."""

        def replace() -> None:
            for task in self._ownership:
                task.cancel()
            self._ownership = [self.start(work)]

        if self.is_alive:
            self._world.broker.clock.call_at(self.loop.cut_off_until, replace, self.loop)

    async def _hand_over(self) -> None:
        await self.funnel.on_revoked()
        await self._commit()
        self._generation = None
        self._world.group.rejoin(self)

    def stop(self) -> None:
        """Leave the group in order, close the stores, and end: SIGTERM."""
        self._own(self._leave)

    async def _leave(self) -> None:
        await self.funnel.on_revoked()
        await self._commit()
        self._generation = None
        for table in self._tables:
            table.store.open(table.directory, set())
        self._world.group.leave(self)
        self.kill()

    async def _take_over(self, partitions: set[int], generation: int) -> None:
        recovery = SimpleNamespace(tables={table.topic: table for table in self._tables})
        tps = {TP(table.topic, number) for table in self._tables for number in partitions}
        await BulkRecovery._build_offsets(recovery, None, tps, Counter(), "active")
        self.funnel.on_assigned()
        committed = self._world.group.committed
        self._positions = await self._access.request(
            lambda: {number: committed.get(number, 0) for number in partitions}
        )
        self._committed = dict(self._positions)
        self._acknowledged = {number: set() for number in partitions}
        self.funnel.on_sought(self._positions)
        await self.funnel.check_restored()
        self._generation = generation
        self._racing = {n for n in partitions if self._dice.random() < SEEK_RACE}
        self._ownership.append(self.start(self._consume))

    # Reading and acknowledging, as Faust does it.

    def _log(self, number: int) -> Any:
        return self._world.broker.log(CANDIDATE_EVENTS.name, number)

    async def _consume(self) -> None:
        while True:
            behind = [n for n, position in self._positions.items() if position < self._log(n).end]
            behind = [] if self._is_cut_off() else behind
            await asyncio.sleep(self._dice.expovariate(100) if behind else 0.1)
            for record in self._fetch(self._dice.choice(behind)) if behind else ():
                await self.funnel.process(record)

    def _fetch(self, number: int) -> list[SimpleNamespace]:
        first = self._positions[number]
        records: list[Record] = self._log(number).read(first, self._dice.randint(1, 4))
        if number in self._racing:  # Faust counts a gap before what it delivers as acknowledged
            self._racing.remove(number)
            records = records[-1:]
            self._acknowledged[number].update(range(first, records[0].offset))
        self._positions[number] = records[-1].offset + 1
        return [
            SimpleNamespace(
                message=SimpleNamespace(
                    topic=CANDIDATE_EVENTS.name,
                    partition=number,
                    offset=record.offset,
                    key=record.key,
                    value=record.value,
                )
            )
            for record in records
        ]

    async def _acknowledge(self, event: Any) -> None:
        message = event.message
        self._acknowledged.get(message.partition, set()).add(message.offset)

    async def _commit_forever(self) -> None:
        while True:
            await asyncio.sleep(COMMIT_S)
            if self._generation is not None and not await self._commit():
                self._generation = None
                self.on_rebalance()

    async def _commit(self) -> bool:
        """Commit up to the first record that is not acknowledged; return False when the group refuses it."""
        generation, offsets = self._generation, {}
        if generation is None:
            return True
        for number, first in self._committed.items():
            acknowledged = self._acknowledged[number]
            offset = first
            while offset in acknowledged:
                acknowledged.discard(offset)
                offset += 1
            offsets[number] = offset
        self._committed = offsets
        group = self._world.group
        return bool(await self._access.request(lambda: group.commit(self, generation, offsets)))
