"""A consumer group as Kafka coordinates it: sessions, static members, eager rebalances, commits fenced by generation."""

from dataclasses import dataclass
from random import Random
from typing import Protocol

from tests.simulation.virtual_time import Clock

SESSION_S = 10.0
REBALANCE_S = 15.0
HEARTBEAT_S = 1.0


class Member(Protocol):
    """A worker process in the group; `identity` is the same after a restart."""

    identity: str

    def last_awake(self) -> float:
        """Return when the process last could send a heartbeat."""

    def on_rebalance(self) -> None:
        """Hand over all partitions, then rejoin."""

    def on_assigned(self, partitions: set[int]) -> None:
        """Own these partitions from now on."""


@dataclass
class Group:
    """The coordinator; `committed` holds the next offset by partition."""

    clock: Clock
    dice: Random
    partitions: int

    def __post_init__(self) -> None:
        """Begin without members."""
        self.members: dict[str, Member] = {}
        self.assignment: dict[str, set[int]] = {}
        self.committed: dict[int, int] = {}
        self.generation = 0
        self._waiting: set[str] | None = None  # members that have not rejoined; None when settled
        self._round = 0
        self.clock.call_in(HEARTBEAT_S, self._expire)

    def join(self, member: Member) -> None:
        """Let a process in; one that was restarted within its session gets its partitions back at once."""
        returns = member.identity in self.members
        self.members[member.identity] = member
        if self._waiting is not None:
            self.rejoin(member)
        elif returns and member.identity in self.assignment:
            self._assign(member)
        else:
            self._rebalance(joined={member.identity})

    def generation_of(self, member: Member) -> int | None:
        """Return the generation that a process belongs to; None for one that another has replaced, or that was expelled."""
        return self.generation if self.members.get(member.identity) is member else None

    def rejoin(self, member: Member) -> None:
        """Say that a process has handed over its partitions."""
        if self.members.get(member.identity) is not member:
            self.join(member)
        elif self._waiting is None:
            self._assign(member)
        else:
            self._waiting.discard(member.identity)
            self._complete_if_all_rejoined()

    def leave(self, member: Member) -> None:
        """Let a process go."""
        if self.members.get(member.identity) is member:
            self._expel(member.identity)

    def commit(self, member: Member, generation: int, offsets: dict[int, int]) -> bool:
        """Record offsets; return False when the process no longer owns the partitions."""
        if self.generation_of(member) != generation:
            return False
        self.committed.update(offsets)
        return True

    def _expel(self, identity: str) -> None:
        self.members.pop(identity, None)
        if self._waiting is None:
            self._rebalance(joined=set())
        else:
            self._waiting.discard(identity)
            self._complete_if_all_rejoined()

    def _expire(self) -> None:
        for identity, member in list(self.members.items()):
            if self.clock.now - member.last_awake() > SESSION_S:
                self._expel(identity)
        self.clock.call_in(HEARTBEAT_S, self._expire)

    def _rebalance(self, joined: set[str]) -> None:
        self._round += 1
        self._waiting, number = set(self.members) - joined, self._round
        for identity in sorted(self._waiting):
            self.clock.call_in(
                self.dice.uniform(0, HEARTBEAT_S), self.members[identity].on_rebalance
            )
        self.clock.call_in(REBALANCE_S, lambda: self._give_up(number))
        self._complete_if_all_rejoined()

    def _give_up(self, number: int) -> None:
        if self._waiting is not None and number == self._round:
            for identity in sorted(self._waiting):
                self.members.pop(identity, None)
            self._waiting = set()
            self._complete_if_all_rejoined()

    def _complete_if_all_rejoined(self) -> None:
        if self._waiting:
            return
        self._waiting = None
        self.generation += 1
        identities = sorted(self.members)
        self.dice.shuffle(identities)
        self.assignment = {
            identity: set(range(place, self.partitions, len(identities)))
            for place, identity in enumerate(identities)
        }
        for identity in identities:
            self._assign(self.members[identity])

    def _assign(self, member: Member) -> None:
        self.clock.call_in(
            self.dice.expovariate(50),
            lambda: member.on_assigned(self.assignment.get(member.identity, set())),
        )
