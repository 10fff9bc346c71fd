"""What becomes of an application through its candidate: deletion, merging, anonymisation; and prospects."""

from dataclasses import dataclass

from streams.tools.verify.independent.told import CREATED, Told, instant

STAGE_DATA = "candidate_stage_data"  # the name for a reset of stages
OFFER_DATA = "all_offer_versions"  # and for an erasure of offers
RESET_MS = (
    24 * 3_600_000
)  # a reset that comes with an anonymisation carries instants of the day before it
NOT_APPLICATIONS = ("prospect", "pool")


def is_deleted(story: list[Told], policy: str) -> bool:
    """Whether the tenant's policy takes the application out of all numbers, or a test event does."""
    own = [event for event in story if not event.is_context]
    if any(event.test for event in own):
        return True
    for event in own:
        with_candidate = event.data.get("cause") == "candidate"
        if event.kind == "application.deleted" and not (with_candidate and policy == "keep"):
            return True
    deleted = [e for e in story if e.kind == "candidate.deleted" and _is_owner(story, e)]
    return policy == "retract" and bool(deleted)


def without_reset(story: list[Told]) -> list[Told]:
    """The story without what systems report because of an anonymisation that resets stages.

    That is all that follows it, and an application that seems to begin anew within the day before it. Offers deleted within
    a day of an anonymisation that erased them were made all the same.
    """
    resets = _anonymisations(story, STAGE_DATA)
    erased_at = [event.at for event in _anonymisations(story, OFFER_DATA)]
    story = [
        event
        for event in story
        if event.kind != "offer.deleted" or all(abs(event.at - at) > RESET_MS for at in erased_at)
    ]
    if not resets:
        return story
    at = resets[0].at
    applied = [moment for event in story if (moment := applied_at(event)) is not None]
    began_before = bool(applied) and min(applied) <= at - RESET_MS

    def is_artefact(event: Told) -> bool:
        if event.is_context or event.is_cost:
            return False
        restart = applied_at(event)
        restarts = restart is not None and min(restart, event.at) > at - RESET_MS
        return event.at > at or (restarts and began_before)

    return [event for event in story if not is_artefact(event)]


def _anonymisations(story: list[Told], erased: str) -> list[Told]:
    """The anonymisations of the application's candidate that erased these data."""
    return [
        event
        for event in story
        if event.kind == "candidate.anonymized"
        and erased in (event.data.get("fields") or ())
        and _is_owner(story, event)
    ]


def applied_at(event: Told) -> int | None:
    """When the candidate applied, as this event says; an application created without a word on it, then."""
    value = event.application.get("applied_at")
    if value is not None:
        return instant(value)
    return event.at if event.kind == CREATED else None


def kind_of(events: list[Told], story: list[Told]) -> str | None:
    """What the events say last the record is: no lead if any event of the story says otherwise."""
    kinds = {event.application.get("kind") for event in story if not event.is_context}
    lead = "lead" if kinds <= {None, "lead"} else None
    kinds_in_order = [event.application.get("kind") for event in events if not event.is_context]
    kinds_told = [lead if kind == "lead" else kind for kind in kinds_in_order]
    return next((kind for kind in reversed(kinds_told) if kind is not None), None)


@dataclass(frozen=True)
class Merge:
    """One record of a candidate went into another."""

    loser: str
    winner: str


def _is_owner(story: list[Told], event: Told) -> bool:
    """Whether the application belongs, when this event is told, to the candidate that it is about."""
    named = [_candidate(told) for told in story]
    owner = next((candidate for candidate in named if candidate is not None), None)
    merges: list[Merge] = []
    for told in story:
        if told is event:
            break
        if told.kind == "candidate.merged":
            merges.append(Merge(told.data["from_id"], told.data["into_id"]))
            owner = _winner(merges, owner)
        elif (candidate := _candidate(told)) is not None:
            owner = _winner(merges, candidate)
    return bool(event.data.get("candidate_id") == owner)


def _candidate(event: Told) -> str | None:
    candidate: str | None = event.application.get("candidate_id")
    return candidate


def _winner(merges: list[Merge], candidate: str | None) -> str | None:
    """The record that a candidate's record is in now; a circle of merges ends before it closes."""
    into = {merge.loser: merge.winner for merge in merges}
    seen = [candidate]
    while candidate is not None and into.get(candidate, candidate) not in seen:
        candidate = into[candidate]
        seen.append(candidate)
    return candidate
