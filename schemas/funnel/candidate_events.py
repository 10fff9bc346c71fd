"""Which applications an event about a candidate or a pipeline reaches, and what it makes of their history."""

from collections.abc import Iterable
from typing import NamedTuple

from schemas.funnel.history import CONTEXT, COSTS, JOBS, FunnelEvent, Order, order

# What a parent of applications is called: `candidate/<id>` or `job/<id>`.
Parent = str


def parents(event: FunnelEvent) -> list[Parent]:
    """What the application belongs to, as far as this event of it says."""
    found: list[Parent] = []  # asked of every event: no comprehension
    if event.kind in COSTS:
        return found  # money is told nothing
    if event.candidate is not None:
        found.append("candidate/" + event.candidate)
    if event.job is not None:
        found.append("job/" + event.job)
    return found


def about(event: FunnelEvent) -> Parent | None:
    """Whose applications a context event reaches; None when it does not say."""
    kind, name = (
        ("job", event.job)
        if event.kind in JOBS or event.kind == "pipeline.remapped"
        else ("candidate", event.candidate)
    )
    return None if name is None else f"{kind}/{name}"


class KnownContext:
    """The context events of one tenant. They only ever become more, and of one id the first to arrive stands.

    What is asked at an offset is answered from events up to that offset, so that a replay is told the same again.
    """

    def __init__(self) -> None:
        """Nothing has happened yet."""
        self._events: dict[Parent, list[FunnelEvent]] = {}
        self._losers: dict[Parent, list[FunnelEvent]] = {}
        self._offsets: dict[bytes, int] = {}

    def add(self, event: FunnelEvent) -> bool:
        """Take an event; False for one that is known from another offset or reaches nobody."""
        parent = about(event)
        if parent is None or self._offsets.setdefault(event.id, event.offset) != event.offset:
            return False
        held = self._events.setdefault(parent, [])
        if all(each.id != event.id for each in held):
            held.append(event)
            if event.kind == "candidate.merged":
                self._losers.setdefault(f"candidate/{event.entity}", []).append(event)
        return True

    def reaching(self, belongs_to: Iterable[Parent], offset: int) -> list[FunnelEvent]:
        """The events that reach an application of these parents: theirs, and those of whom they were merged into."""
        found: dict[bytes, FunnelEvent] = {}
        waiting, seen = list(belongs_to), set(belongs_to)
        while waiting:
            for event in self._events.get(waiting.pop(), ()):
                if event.offset > offset:
                    continue
                found[event.id] = event
                winner = f"candidate/{event.entity}"
                if event.kind == "candidate.merged" and winner not in seen:
                    seen.add(winner)
                    waiting.append(winner)
        return sorted(found.values(), key=lambda event: (event.offset, event.index, event.id))

    def reached(self, event: FunnelEvent) -> set[Parent]:
        """The parents whose applications the event reaches: its own, and all who were merged into it before."""
        parent = about(event)
        waiting = [] if parent is None else [parent]
        found = set(waiting)
        while waiting:
            for merge in self._losers.get(waiting.pop(), ()):
                loser = f"candidate/{merge.candidate}"
                if merge.offset <= event.offset and loser not in found:
                    found.add(loser)
                    waiting.append(loser)
        return found

    def __len__(self) -> int:
        """How many events are known."""
        return len(self._offsets)


class CandidateFate(NamedTuple):
    """What became of the application by way of its candidate.

    `silent`: it counts nowhere. `until`: what is told of it after this was made up when the candidate was anonymised.
    """

    silent: bool = False
    until: Order | None = None


def fate(history: list[FunnelEvent], deleted: str) -> CandidateFate:
    """The fate of a history in order; `deleted` is the tenant's policy (`schemas.tenants.config.Tenant`).

    The owner of an application is the candidate it was last said to belong to, or into whom that one was merged by
    then; what becomes of others is none of its business, such as the removal of the record that lost a merge.
    """
    silent, until = False, None
    owner = next((event.candidate for event in history if _says_owner(event)), None)
    into: dict[str | None, str | None] = {}
    for event in history:
        if event.kind == "application.deleted":
            silent |= deleted != "keep" or event.number != 1
        elif _says_owner(event):
            owner = _follow(into, event.candidate)
        elif event.kind == "candidate.merged":
            into[event.candidate] = event.entity
            owner = _follow(into, owner)
        elif event.candidate == owner and event.kind == "candidate.deleted":
            silent |= deleted == "retract"
        elif event.candidate == owner and event.kind == "candidate.anonymized" and event.number:
            until = until or order(event)
    return CandidateFate(silent, until)


def _says_owner(event: FunnelEvent) -> bool:
    return event.kind not in CONTEXT and event.candidate is not None


def _follow(into: dict[str | None, str | None], owner: str | None) -> str | None:
    """The last winner; a circle of merges, which is nonsense, ends where it began."""
    seen = {owner}
    while owner in into and into[owner] not in seen:
        owner = into[owner]
        seen.add(owner)
    return owner
