"""Which applications a context event (candidate, job, pipeline) reaches, and what a candidate's fate does to them."""

from collections.abc import Iterable
from typing import NamedTuple

from schemas.funnel.history import (
    CONTEXT_TYPES,
    COST_TYPES,
    JOB_TYPES,
    FunnelEvent,
    OrderKey,
    order_key,
)

# The key of a parent of applications: `candidate/<id>` or `job/<id>`.
ParentKey = str


def parent_keys(event: FunnelEvent) -> list[ParentKey]:
    """The parents of the application that this event names."""
    keys: list[ParentKey] = []  # called for every event: no comprehension
    if event.kind in COST_TYPES:
        return keys  # context events do not reach costs
    if event.candidate is not None:
        keys.append("candidate/" + event.candidate)
    if event.job is not None:
        keys.append("job/" + event.job)
    return keys


def reached_parent(event: FunnelEvent) -> ParentKey | None:
    """The parent whose applications a context event reaches; None if the event does not name it."""
    kind, name = (
        ("job", event.job)
        if event.kind in JOB_TYPES or event.kind == "pipeline.remapped"
        else ("candidate", event.candidate)
    )
    return None if name is None else f"{kind}/{name}"


class ContextEvents:
    """The context events of one tenant: append-only; the first arrival of an id wins.

    A query at an offset sees events up to that offset only, so that a replay gets the same answer.
    """

    def __init__(self) -> None:
        """Start without events."""
        self._events: dict[ParentKey, list[FunnelEvent]] = {}
        self._losers: dict[ParentKey, list[FunnelEvent]] = {}
        self._offsets: dict[bytes, int] = {}

    def add(self, event: FunnelEvent) -> bool:
        """Add an event; return False if it is known from another offset or reaches no application."""
        parent = reached_parent(event)
        if parent is None or self._offsets.setdefault(event.id, event.offset) != event.offset:
            return False
        siblings = self._events.setdefault(parent, [])
        if all(sibling.id != event.id for sibling in siblings):
            siblings.append(event)
            if event.kind == "candidate.merged":
                self._losers.setdefault(f"candidate/{event.entity}", []).append(event)
        return True

    def events_reaching(self, parents: Iterable[ParentKey], offset: int) -> list[FunnelEvent]:
        """The events that reach an application of these parents, or of candidates they were merged into."""
        by_id: dict[bytes, FunnelEvent] = {}
        queue, seen = list(parents), set(parents)
        while queue:
            for event in self._events.get(queue.pop(), ()):
                if event.offset > offset:
                    continue
                by_id[event.id] = event
                winner = f"candidate/{event.entity}"
                if event.kind == "candidate.merged" and winner not in seen:
                    seen.add(winner)
                    queue.append(winner)
        return sorted(by_id.values(), key=lambda event: (event.offset, event.index, event.id))

    def parents_reached(self, event: FunnelEvent) -> set[ParentKey]:
        """The parents whose applications the event reaches: its own, and all merged into it before."""
        parent = reached_parent(event)
        queue = [] if parent is None else [parent]
        reached = set(queue)
        while queue:
            for merge in self._losers.get(queue.pop(), ()):
                loser = f"candidate/{merge.candidate}"
                if merge.offset <= event.offset and loser not in reached:
                    reached.add(loser)
                    queue.append(loser)
        return reached

    def __len__(self) -> int:
        """The number of known events."""
        return len(self._offsets)


class CandidateFate(NamedTuple):
    """The effect of the candidate's fate on an application.

    `excluded`: it counts nowhere. `cutoff`: anything reported after it is an artifact of the candidate's anonymisation.
    """

    excluded: bool = False
    cutoff: OrderKey | None = None


def candidate_fate(history: list[FunnelEvent], deletion_policy: str) -> CandidateFate:
    """The fate of a history in order; `deletion_policy` is the tenant's (`schemas.tenants.config.Tenant`).

    An application belongs to the candidate named last, or to the winner that candidate was merged into by then. The
    fate of other candidates does not matter, for example the removal of the record that lost a merge.
    """
    excluded, cutoff = False, None
    owner = next((event.candidate for event in history if _names_candidate(event)), None)
    merged_into: dict[str | None, str | None] = {}
    for event in history:
        if event.kind == "application.deleted":
            excluded |= deletion_policy != "keep" or event.number != 1
        elif _names_candidate(event):
            owner = _final_winner(merged_into, event.candidate)
        elif event.kind == "candidate.merged":
            merged_into[event.candidate] = event.entity
            owner = _final_winner(merged_into, owner)
        elif event.candidate == owner and event.kind == "candidate.deleted":
            excluded |= deletion_policy == "retract"
        elif event.candidate == owner and event.kind == "candidate.anonymized" and event.number:
            cutoff = cutoff or order_key(event)
    return CandidateFate(excluded, cutoff)


def _names_candidate(event: FunnelEvent) -> bool:
    return event.kind not in CONTEXT_TYPES and event.candidate is not None


def _final_winner(merged_into: dict[str | None, str | None], candidate: str | None) -> str | None:
    """The last winner of a chain of merges; a cycle, which is nonsense, ends where it began."""
    seen = {candidate}
    while candidate in merged_into and merged_into[candidate] not in seen:
        candidate = merged_into[candidate]
        seen.add(candidate)
    return candidate
