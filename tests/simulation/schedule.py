"""One schedule: the load and faults of a seed, run until everything is counted, and every cell compared with the oracle."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import repeat
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from schemas.funnel.rules import TenantRules
from schemas.kafka.topics import APPLICATIONS, CANDIDATE_EVENTS, KPI_CELLS, PEOPLE
from streams.kafka import clients
from streams.tools.verify.comparison import ChangelogCells, compare
from streams.tools.verify.oracle import Oracle
from streams.worker import funnel, store
from streams.worker.changelog_ends import WATCH_S
from streams.worker.epoch_rules import EpochRules
from tests.independent.companies import snapshot
from tests.simulation.group import Group
from tests.simulation.kafka import Broker, Consumer, Producer, Rows
from tests.simulation.load import deliveries
from tests.simulation.rocks import Database, Disk, WriteBatch
from tests.simulation.virtual_time import START_S, Clock
from tests.simulation.worker import Worker, World

LOAD_S = 25.0
SETTLE_S = 300.0  # of virtual time, within which everything must be counted after the last fault
RESTART_S = 1.0
POLL_S = 0.5
MAX_CRASHES = 30  # by which workers end themselves; faults come a dozen times
COMPACTION_LAG_S = 10.0  # Kafka leaves the newest segment alone, which takes a day here
ARRIVE_S = 20.0  # within which what a worker sends when it is heard again has arrived
STRIKE_AT_WRITE = 0.025  # how often a process dies or freezes when its write has just landed
FREEZES_S = (0.5, 5.0, 12.0, 30.0, 90.0)
CUTS_S = (
    2.0,
    12.0,
    16.0,
    25.0,
)  # of the longer ones what was sent before arrives when others have taken over
# How a worker may end itself: another wrote to its changelog, a record is missing, or it was frozen.
EXPECTED_CRASHES = {"LostPartition", "RuntimeError"}


@dataclass
class Outcome:
    """What a schedule came to: `violations` is empty when every cell is right and all is counted."""

    seed: int
    violations: list[str] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    crashes: Counter[str] = field(default_factory=Counter)
    records: int = 0
    cells: int = 0
    virtual_s: float = 0.0


@contextmanager
def simulated_edges() -> Iterator[Any]:
    """Let the worker's Kafka clients, databases and clock be those of a simulation while the block lasts."""
    now = SimpleNamespace(clock=None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clients, "async_consumer", Consumer)
        patch.setattr(clients, "async_producer", Producer)
        patch.setattr(store, "WriteBatch", WriteBatch)
        patch.setattr(store, "Rdict", lambda path, _options: Database(now.disk, path))
        virtual = vars(time) | {"monotonic": lambda: now.clock.now}
        patch.setattr(funnel, "time", SimpleNamespace(**virtual))
        yield now


class Schedule:
    """The run of one seed; needs `simulated_edges`."""

    def __init__(self, seed: int, directory: Path, edges: Any) -> None:
        """Draw the load and the faults."""
        self.dice = dice = Random(seed)
        self.outcome = Outcome(seed)
        self.clock = edges.clock = Clock()
        self.disk = edges.disk = Disk(dice)
        self.partitions = dice.choice([1, 2, 2, 3])
        company = snapshot(dice.randrange(30))
        self.rules = TenantRules(company)
        broker = Broker(self.clock, dice, on_append=self._on_append)
        self.world = World(
            broker,
            Group(self.clock, dice, self.partitions),
            self.disk,
            EpochRules(company, lambda: company, lambda mapping: mapping),
            directory,
            self.outcome.crashes,
        )
        self.workers: dict[str, Worker | None] = {}
        self.clickhouse = ChangelogCells()  # takes every row once it is in Kafka, compacted or not
        self._is_quiet, self._quiet_since = False, START_S
        self._plan_load()
        self._plan_faults()
        for number in range(dice.choice([1, 2, 2, 3])):
            self._start(f"worker-{number}")
        self._supervise()

    def _plan_load(self) -> None:
        load = deliveries(self.dice, self.dice.randint(1, 4), self.partitions)
        self.outcome.records = len(load)
        instants = sorted(self.dice.uniform(0, LOAD_S) for _ in load)
        topic = CANDIDATE_EVENTS.name
        for delivery, at in zip(load, instants, strict=True):
            rows = [(delivery.key, delivery.value)]
            self.clock.call_at(
                START_S + at,
                lambda n=delivery.partition, r=rows: self.world.broker.append(topic, n, r),
            )

    def _plan_faults(self) -> None:
        kinds: dict[str, tuple[float, Callable[[], None]]] = {
            "kill": (4, self._kill),
            "freeze": (2, self._freeze),
            "cut off": (2, self._cut_off),
            "stop": (2, self._stop),
            "join": (1, self._join),
            "lose the store": (1, self._lose_store),
            "slow broker": (1, self._slow_broker),
            "compact": (3, self._compact),
        }
        weights = [weight for weight, _ in kinds.values()]
        for name in self.dice.choices(list(kinds), weights, k=self.dice.randint(2, 9)):
            at = START_S + self.dice.uniform(0.5, LOAD_S + 10)
            self.clock.call_at(at, lambda name=name: self._inflict(name, kinds[name][1]))
        self.clock.call_at(START_S + LOAD_S + 15, self._calm)

    def _inflict(self, name: str, inflict: Callable[[], None]) -> None:
        self.outcome.faults[name] += 1
        inflict()

    def _calm(self) -> None:
        """End the faults; nobody restarts a worker that does not end itself."""
        self._is_quiet = True
        self._quiet_since = self.clock.now

    # Processes.

    def _start(self, identity: str) -> None:
        self.workers[identity] = Worker(self.world, identity)

    def _supervise(self) -> None:
        """Restart what has died, as the supervisor does."""
        for identity, worker in list(self.workers.items()):
            if worker is not None and not worker.is_alive:
                self.workers[identity] = None
                delay = self.dice.uniform(0.1, 2 * RESTART_S)
                self.clock.call_in(delay, lambda name=identity: self._start(name))
        self.clock.call_in(POLL_S, self._supervise)

    def _some_worker(self) -> Worker | None:
        alive = [worker for worker in self.workers.values() if worker and worker.is_alive]
        return self.dice.choice(alive) if alive else None

    def _kill(self) -> None:
        if worker := self._some_worker():
            worker.kill()

    def _freeze(self) -> None:
        if worker := self._some_worker():
            worker.freeze(self.dice.choice(FREEZES_S))

    def _cut_off(self) -> None:
        if worker := self._some_worker():
            worker.cut_off(self.dice.choice(CUTS_S))

    def _stop(self) -> None:
        if worker := self._some_worker():
            worker.stop()

    def _join(self) -> None:
        self._start(f"worker-{len(self.workers)}")

    def _lose_store(self) -> None:
        if worker := self._some_worker():
            worker.kill()
            self.disk.wipe(f"{self.world.directory / worker.identity}/")

    def _slow_broker(self) -> None:
        self.world.broker.slow_until = self.clock.now + self.dice.uniform(2, 15)

    def _compact(self, lag_s: float = COMPACTION_LAG_S) -> None:
        for topic in (APPLICATIONS, KPI_CELLS, PEOPLE):
            for number in range(self.partitions):
                until = self.clock.now - lag_s
                self.world.broker.log(topic.name, number).compact(until)

    # What happens at the broker.

    def _on_append(self, topic: str, partition: int, rows: Rows, writer: Any) -> None:
        if topic == KPI_CELLS.name:
            for key, value in rows:
                self.clickhouse.add(partition, key, value)
        for worker in self.workers.values():
            if worker is not None and worker.loop is writer and not self._is_quiet:
                self._strike(worker)

    def _strike(self, writer: Worker) -> None:
        """Sometimes kill or freeze the process whose write has just landed."""
        if self.dice.random() < STRIKE_AT_WRITE:
            name = self.dice.choice(["kill", "freeze", "cut off"])
            seconds = self.dice.choice(FREEZES_S)
            strikes = {
                "kill": writer.kill,
                "freeze": lambda: writer.freeze(seconds),
                "cut off": lambda: writer.cut_off(self.dice.choice(CUTS_S)),
            }
            self._inflict(f"{name} at a write", strikes[name])

    def _is_done(self) -> bool:
        if self.outcome.crashes.total() > MAX_CRASHES:
            return True
        if not self._is_quiet:
            return False
        committed, broker = self.world.group.committed, self.world.broker
        if self.clock.now < max(self._quiet_since, broker.silent_until) + ARRIVE_S + WATCH_S:
            return False
        restored = [worker is not None and worker.is_counting for worker in self.workers.values()]
        return all(restored) and all(
            committed.get(number, 0) == broker.log(CANDIDATE_EVENTS.name, number).end
            for number in range(self.partitions)
        )

    # The verdict.

    def run(self) -> Outcome:
        """Run to the end and compare."""
        outcome = self.outcome
        if not self.clock.run_until(self._is_done, START_S + LOAD_S + SETTLE_S):
            ends = {n: self._log(n).end for n in range(self.partitions)}
            outcome.violations.append(f"stuck at {self.world.group.committed} of {ends}")
        if outcome.crashes.total() > MAX_CRASHES:
            outcome.violations.append(f"workers crashed again and again: {dict(outcome.crashes)}")
        unexpected = outcome.crashes.keys() - EXPECTED_CRASHES
        outcome.violations += [f"a worker crashed by {name}" for name in sorted(unexpected)]
        outcome.virtual_s = self.clock.now - START_S
        self._end()
        self._compact(lag_s=0.0)
        self._compare()
        return outcome

    def _end(self) -> None:
        for worker in self.workers.values():
            if worker is not None:
                worker.kill()

    def _log(self, number: int) -> Any:
        return self.world.broker.log(CANDIDATE_EVENTS.name, number)

    def _compare(self) -> None:
        oracle, changelog = Oracle(), ChangelogCells()
        for number in range(self.partitions):
            for record in self._log(number).records:
                oracle.add(record.offset, record.value)
            for record in self.world.broker.log(KPI_CELLS.name, number).records:
                changelog.add(number, record.key, record.value)
        expected = oracle.cells(self.rules)
        self.outcome.cells = len(expected)
        for where, actual in (("changelog", changelog), ("clickhouse", self.clickhouse)):
            self.outcome.violations += [
                f"{d.where} {'/'.join(map(str, d.cell))}: expected {d.expected}, is {d.actual}"
                for d in compare(where, expected, actual.cells())
            ]


def run(seed: int, directory: Path) -> Outcome:
    """Run the schedule of a seed; `directory` is where stores would be."""
    with simulated_edges() as edges:
        return Schedule(seed, directory, edges).run()


def run_many(seeds: Sequence[int], directory: Path) -> list[Outcome]:
    """Run schedules on all cores."""
    with ProcessPoolExecutor(initializer=logging.disable) as pool:
        return list(pool.map(run, seeds, repeat(directory), chunksize=20))
