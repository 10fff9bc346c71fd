"""Which applications a context event (candidate, job, pipeline) reaches, and what a candidate's fate does to them."""

from collections.abc import Iterable
from typing import NamedTuple

from schemas.funnel.funnel_events import (
    AnonymizationEvent,
    ApplicationEvent,
    CandidateDeletionEvent,
    ContextEvent,
    DeletionEvent,
    FunnelEvent,
    JobEvent,
    MergeEvent,
    OpeningEvent,
    PipelineDefinitionEvent,
    PipelineEvent,
)

# The key of a parent of applications: `candidate/<id>`, `job/<id>` or `opening/<id>`.
ParentKey = str


def parent_keys(event: FunnelEvent) -> list[ParentKey]:
    """The parents of the application that this event names."""
    if not isinstance(event, ApplicationEvent):
        return []
    keys: list[ParentKey] = []  # called for every event: no comprehension
    application = event.application
    if application.candidate is not None:
        keys.append("candidate/" + application.candidate)
    if application.job is not None:
        keys.append("job/" + application.job)
    if application.opening is not None:
        keys.append("opening/" + application.opening)
    return keys


def reached_parent(event: ContextEvent) -> ParentKey:
    """The parent whose applications a context event reaches."""
    match event:
        case JobEvent() | PipelineEvent() | PipelineDefinitionEvent():
            return f"job/{event.job}"
        case OpeningEvent():
            return f"opening/{event.opening}"
        case MergeEvent():
            return f"candidate/{event.loser}"
        case CandidateDeletionEvent() | AnonymizationEvent():
            return f"candidate/{event.candidate}"
    msg = f"{type(event).__name__} reaches no application"
    raise TypeError(msg)


class ContextEvents:
    """The context events of one tenant: append-only; the first arrival of an id wins.

    A query at an offset sees events up to that offset only, so that a replay gets the same answer.
    """

    def __init__(self) -> None:
        """Start without events."""
        self._events: dict[ParentKey, list[ContextEvent]] = {}
        self._merges: dict[ParentKey, list[MergeEvent]] = {}  # by winner
        self._offsets: dict[bytes, int] = {}

    def add(self, event: ContextEvent) -> bool:
        """Add an event; return False if it is known from another offset."""
        header = event.header
        if self._offsets.setdefault(header.id, header.offset) != header.offset:
            return False
        siblings = self._events.setdefault(reached_parent(event), [])
        if all(sibling.header.id != header.id for sibling in siblings):
            siblings.append(event)
            if isinstance(event, MergeEvent):
                self._merges.setdefault(f"candidate/{event.winner}", []).append(event)
        return True

    def events_reaching(self, parents: Iterable[ParentKey], offset: int) -> list[ContextEvent]:
        """The events that reach an application of these parents, or of candidates they were merged into."""
        by_id: dict[bytes, ContextEvent] = {}
        queue, seen = list(parents), set(parents)
        while queue:
            for event in self._events.get(queue.pop(), ()):
                if event.header.offset > offset:
                    continue
                by_id[event.header.id] = event
                if not isinstance(event, MergeEvent):
                    continue
                winner = f"candidate/{event.winner}"
                if winner not in seen:
                    seen.add(winner)
                    queue.append(winner)
        return sorted(by_id.values(), key=_arrival_order)

    def parents_reached(self, event: ContextEvent) -> set[ParentKey]:
        """The parents whose applications the event reaches: its own, and all merged into it before."""
        queue = [reached_parent(event)]
        reached = set(queue)
        while queue:
            for merge in self._merges.get(queue.pop(), ()):
                loser = f"candidate/{merge.loser}"
                if merge.header.offset <= event.header.offset and loser not in reached:
                    reached.add(loser)
                    queue.append(loser)
        return reached

    def __contains__(self, event_id: bytes) -> bool:
        """Whether an event of this id is known."""
        return event_id in self._offsets

    def __len__(self) -> int:
        """The number of known events."""
        return len(self._offsets)


def _arrival_order(event: ContextEvent) -> tuple[int, int, bytes]:
    header = event.header
    return (header.offset, header.index, header.id)


class CandidateFate(NamedTuple):
    """The effect of the candidate's fate on an application.

    `excluded`: it counts nowhere. `cutoff`: anything reported after it is an artifact of the candidate's anonymisation.
    `offers_erased_at`: the instants (ms) of anonymisations that erased its offers.
    """

    excluded: bool = False
    cutoff: FunnelEvent | None = None
    offers_erased_at: tuple[int, ...] = ()


def candidate_fate(history: list[FunnelEvent], deletion_policy: str) -> CandidateFate:
    """The fate of a history in order; `deletion_policy` is the tenant's (`schemas.tenants.config.Tenant`).

    An application belongs to the candidate named last, or to the winner that candidate was merged into by then. The
    fate of other candidates does not matter, for example the removal of the record that lost a merge.
    """
    excluded = False
    cutoff: FunnelEvent | None = None
    erased_at: tuple[int, ...] = ()
    named = (_named_candidate(event) for event in history)
    owner = next((candidate for candidate in named if candidate is not None), None)
    merged_into: dict[str | None, str] = {}
    for event in history:
        match event:
            case DeletionEvent():
                excluded |= deletion_policy != "keep" or not event.with_candidate
            case MergeEvent():
                merged_into[event.loser] = event.winner
                owner = _final_winner(merged_into, owner)
            case CandidateDeletionEvent() if event.candidate == owner:
                excluded |= deletion_policy == "retract"
            case AnonymizationEvent() if event.candidate == owner:
                cutoff = cutoff or (event if event.resets_stages else None)
                erased_at += (event.header.at,) if event.erases_offers else ()
            case _:
                candidate = _named_candidate(event)
                owner = owner if candidate is None else _final_winner(merged_into, candidate)
    return CandidateFate(excluded, cutoff, erased_at)


def _named_candidate(event: FunnelEvent) -> str | None:
    """The candidate that an application's own event names."""
    return event.application.candidate if isinstance(event, ApplicationEvent) else None


def _final_winner(merged_into: dict[str | None, str], candidate: str | None) -> str | None:
    """The last winner of a chain of merges; a cycle, which is nonsense, ends where it began."""
    seen = {candidate}
    while candidate in merged_into and merged_into[candidate] not in seen:
        candidate = merged_into[candidate]
        seen.add(candidate)
    return candidate
