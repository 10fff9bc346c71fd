"""Attempts: the applications under one id. A re-application after an ending begins another; the first keeps its numbers."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import msgspec

from schemas.funnel.candidate_events import candidate_fate
from schemas.funnel.funnel_events import (
    ApplicationAttributes,
    ApplicationEvent,
    ContextEvent,
    CostEvent,
    DeletionEvent,
    FunnelEvent,
    InterviewEvent,
    JobEvent,
    OfferEvent,
    ScorecardEvent,
    StageEvent,
    UpdateEvent,
)
from schemas.funnel.history import LEAD
from schemas.funnel.instant_order import place
from schemas.funnel.rules import Rules
from schemas.funnel.stage_meanings import StageMeanings
from schemas.tenants.milestones import RANK

RESET_MS = 24 * 3_600_000  # an anonymisation is reported within a day, retries included
OFFER_DELETED = "offer.deleted"
LEAD_STAGE = "lead"  # the milestone
NOT_APPLICATIONS = frozenset({"prospect", "pool"})


class Attributes(msgspec.Struct, array_like=True, gc=False):
    """What decides the cells of an attempt's facts: the last known value of each, over the whole attempt.

    `cohort_day` is the local day of application; `recruiter` the last one profile.
    """

    channel: str | None = None
    job: str | None = None
    recruiter: str | None = None
    source_detail: str | None = None
    hiring_managers: tuple[str, ...] = ()
    department: str | None = None
    location: str | None = None
    cohort_day: int = 0


class Attempt(NamedTuple):
    """One attempt: its own events and the context events that reach the application, each in order.

    `applied_at` is in milliseconds since 1970 UTC, None if nobody said it. `owners` are recruiters with the instant from
    which each was responsible, in order. `is_orphan` if a table of hires, interviews or offers is all that tells of it: nobody
    said that there was an application. At the instants in `undated` something happened of which nobody knows when.
    """

    events: list[FunnelEvent]
    context: list[ContextEvent]
    attributes: Attributes
    applied_at: int | None
    touches: tuple[str, ...]
    opening: str | None
    owners: list[tuple[int, str]]
    is_reapplication: bool
    kind: str | None
    is_orphan: bool = False
    undated: frozenset[int] = frozenset()


class _Profile(msgspec.Struct):
    """What the attempts so far have said of the application."""

    attributes: Attributes = msgspec.field(default_factory=Attributes)
    touches: tuple[str, ...] = ()
    opening: str | None = None
    kind: str | None = None
    applied_at: int | None = None


def attempts(
    history: list[FunnelEvent], rules: Rules, is_ended: Callable[["Attempt"], bool]
) -> list[Attempt]:
    """The attempts that count, of a history in order: none of a test, a prospect or a deleted application.

    `is_ended` says whether an attempt has ended, so that a re-application begins another one.
    """
    own = [e for e in history if not isinstance(e, ContextEvent | CostEvent)]
    context = [event for event in history if isinstance(event, ContextEvent)]
    if any(event.header.test for event in own):
        return []
    if context or any(isinstance(event, DeletionEvent) for event in own):
        fate = candidate_fate(history, rules.deletion_policy)
        if fate.excluded:
            return []
        own = own if fate.cutoff is None else _without_reset(own, fate.cutoff)
        own = [event for event in own if not _is_erasure(event, fate.offers_erased_at)]
    profile = _Profile()
    counted = []
    for events in _split(
        own, lambda events: is_ended(_attempt(events, context, _Profile(), rules))
    ):
        attempt = _attempt(events, context, profile, rules)
        is_lead = profile.kind == LEAD and not _left_the_leads(attempt, rules)
        if not is_lead and profile.kind not in NOT_APPLICATIONS:
            counted.append(attempt)
    return counted


def _left_the_leads(attempt: Attempt, rules: Rules) -> bool:
    """Whether the application was in a stage of another milestone than that of leads."""
    meanings = StageMeanings(rules, attempt.context, attempt.attributes.job)
    for event in attempt.events:
        if not isinstance(event, StageEvent):
            continue
        left = event.from_stage if isinstance(event, UpdateEvent) else None
        for stage in (event.stage, left):
            if stage is None:
                continue
            meaning = meanings.of(event.header.connection, stage, event.header.at)
            if meaning.milestone in RANK and meaning.milestone != LEAD_STAGE:
                return True
    return False


def _is_erasure(event: FunnelEvent, erased_at: tuple[int, ...]) -> bool:
    """Whether an offer was deleted by an anonymisation, which is reported within a day of it."""
    return event.header.kind == OFFER_DELETED and any(
        abs(event.header.at - at) <= RESET_MS for at in erased_at
    )


def _without_reset(own: list[FunnelEvent], cutoff: FunnelEvent) -> list[FunnelEvent]:
    """The events without the artifacts of an anonymisation: what follows it, or restarts the application just before.

    The reset carries instants shortly before the deletion is reported. Its instant of application gives it away,
    because the application was made earlier.
    """
    since = cutoff.header.at - RESET_MS
    first_applied_at = min(
        (
            event.application.applied_at
            for event in own
            if isinstance(event, ApplicationEvent) and event.application.applied_at is not None
        ),
        default=None,
    )
    kept = []
    for event in own:
        applied_at = event.application.applied_at if isinstance(event, ApplicationEvent) else None
        restarts = (
            applied_at is not None
            and applied_at > since
            and event.header.at > since
            and first_applied_at is not None
            and first_applied_at <= since
        )
        if place(event) <= place(cutoff) and not restarts:
            kept.append(event)
    return kept


def _split(
    own: list[FunnelEvent], is_ended: Callable[[list[FunnelEvent]], bool]
) -> list[list[FunnelEvent]]:
    """The events of each attempt; what names an interview, scorecard or offer of an earlier attempt belongs to that one."""
    if not any(isinstance(event, UpdateEvent) and event.is_reapplication for event in own[1:]):
        return [own] if own else []
    split: list[list[FunnelEvent]] = [[]]
    number_by_entity: dict[tuple[str, str], int] = {}
    for event in own:
        reapplies = isinstance(event, UpdateEvent) and event.is_reapplication
        if reapplies and split[-1] and is_ended(split[-1]):
            split.append([])
        number = len(split) - 1
        entities = _entities(event)
        number = min([number, *(number_by_entity.get(entity, number) for entity in entities)])
        number_by_entity.update(dict.fromkeys(entities, number))
        split[number].append(event)
    return split


def _entities(event: FunnelEvent) -> list[tuple[str, str]]:
    """What the event names of an attempt, by kind and id."""
    match event:
        case InterviewEvent():
            return [("interview", event.interview_id)]
        case ScorecardEvent():
            interviews = [("interview", event.interview_id)] if event.interview_id else []
            return [("scorecard", event.scorecard_id), *interviews]
        case OfferEvent():
            return [("offer", event.offer_id)]
    return []


def _attempt(
    events: list[FunnelEvent], context: list[ContextEvent], profile: _Profile, rules: Rules
) -> Attempt:
    """The attempt of these events, which inherits from `profile` what it does not say; updates `profile`."""
    profile.kind, profile.applied_at = None, None
    owners = _owners(events, profile.attributes.recruiter)
    for event in events:
        if isinstance(event, ApplicationEvent):
            _learn(profile, event)
    attributes, first_at = profile.attributes, events[0].header.at
    told = [*events, *context]
    _learn_of_job(attributes, sorted(told, key=lambda e: e.header.at) if context else events)
    if attributes.channel is not None:
        attributes.channel = rules.channel(attributes.channel)
    touches = tuple([rules.channel(touch) for touch in profile.touches])
    applied_at = profile.applied_at
    attributes.cohort_day = rules.day(first_at if applied_at is None else applied_at)
    profile.attributes = msgspec.structs.replace(attributes)
    reapplied = any(isinstance(event, UpdateEvent) and event.is_reapplication for event in events)
    opening, kind = profile.opening, profile.kind
    attempt = Attempt(
        events, context, attributes, applied_at, touches, opening, owners, reapplied, kind
    )
    return attempt._replace(
        is_orphan=applied_at is None and all(map(_tells_of_no_application, events)),
        undated=frozenset([event.header.at for event in events if event.header.undated]),
    )


def _tells_of_no_application(event: FunnelEvent) -> bool:
    """Whether it is a line of a table that lists something else than applications and their stages."""
    return event.header.imported and not isinstance(event, UpdateEvent)


def _owners(events: list[FunnelEvent], inherited: str | None) -> list[tuple[int, str]]:
    """The recruiters with the instant from which each was responsible; `inherited` is that of the attempt before."""
    owners = [] if inherited is None else [(events[0].header.at, inherited)]
    for event in events:
        recruiter = event.application.recruiter if isinstance(event, ApplicationEvent) else None
        if recruiter is not None and (not owners or owners[-1][1] != recruiter):
            owners.append((event.header.at, recruiter))
    return owners


def _learn(profile: _Profile, event: ApplicationEvent) -> None:
    """Take over what one event says about the application."""
    stated, attributes = event.application, profile.attributes
    attributes.channel = stated.channel or attributes.channel
    attributes.job = stated.job or attributes.job
    attributes.recruiter = stated.recruiter or attributes.recruiter
    attributes.source_detail = stated.source_detail or attributes.source_detail
    profile.touches = stated.touches or profile.touches
    profile.opening = stated.opening or profile.opening
    profile.kind = stated.kind or profile.kind
    if stated.applied_at is not None:
        profile.applied_at = stated.applied_at


def _learn_of_job(attributes: Attributes, events: Iterable[FunnelEvent]) -> None:
    """Take over what the job's own events and the application's, in order, say about the job; the last value wins."""
    for event in events:
        if isinstance(event, ApplicationEvent):
            source: ApplicationAttributes | JobEvent = event.application
        elif isinstance(event, JobEvent) and event.job == attributes.job:
            source = event
        else:
            continue
        attributes.hiring_managers = source.hiring_managers or attributes.hiring_managers
        attributes.department = source.department or attributes.department
        attributes.location = source.location or attributes.location
