"""The time a candidate waits for the first response (一次対応時間): what automation, systems and the candidate do is none."""

from collections.abc import Mapping

from schemas.funnel.attempt import Attempt
from schemas.funnel.facts import HOUR_MS, FactList, Scope
from schemas.funnel.funnel_events import (
    EndingEvent,
    FunnelEvent,
    InterviewEvent,
    OfferEvent,
    ScorecardEvent,
)
from schemas.funnel.rules import Rules

MAX_RESPONSE_HOURS = 2_400  # 100 days; longer waits count as 100 days
ANSWERS = frozenset({"application.rejected", "application.hired"})
SUBMISSIONS = frozenset({"feedback.submitted", "feedback.updated"})
DELETED = "interview.deleted"


def add_first_response(
    facts: FactList,
    attempt: Attempt,
    moved_at: list[int],
    held_at: Mapping[bytes, int],
    rules: Rules,
) -> None:
    """Count the hours until the company first moved the application, invited, assessed, made an offer, rejected or hired.

    `moved_at` are the instants (ms) at which the company moved it, `held_at` those of interviews by the id of the event
    that told that they were held.
    """
    applied_at = attempt.applied_at
    if applied_at is None:
        return
    dated = [moment for moment in moved_at if moment not in attempt.undated]
    at = min((moment for moment in dated if moment > applied_at), default=None)
    for event in attempt.events:
        moment = _response_at(event, held_at, rules)
        if moment is None or event.header.undated:
            continue
        if moment > applied_at and (at is None or moment < at):
            at = moment
    if at is None:
        return
    hours = min((at - applied_at) // HOUR_MS, MAX_RESPONSE_HOURS)
    facts.add(f"response_hours.{hours}", at, scope=Scope.DECISION_DAY)


def _response_at(event: FunnelEvent, held_at: Mapping[bytes, int], rules: Rules) -> int | None:
    """When the event says that the company responded, if it does."""
    at, kind = event.header.at, event.header.kind
    responds = False
    match event:
        case InterviewEvent():
            responds = kind != DELETED
            at = min(at, held_at.get(event.header.id, at))
        case ScorecardEvent():
            responds = kind in SUBMISSIONS
            at = at if event.submitted_at is None else event.submitted_at
        case OfferEvent():
            responds = True
        case EndingEvent():
            responds = rules.ending(event).kind in ANSWERS
    return at if responds and event.header.by_person else None
