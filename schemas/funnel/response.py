"""The time a candidate waits for the first response (一次対応時間): what automation, systems and the candidate do is none."""

from collections.abc import Mapping

from schemas.funnel.facts import FactList, Scope
from schemas.funnel.funnel_events import (
    EndingEvent,
    FunnelEvent,
    InterviewEvent,
    OfferEvent,
    ScorecardEvent,
)
from schemas.funnel.rules import Rules
from schemas.instants import HOUR_MS

MAX_RESPONSE_HOURS = 2_400  # 100 days; longer waits count as 100 days
ANSWERS = frozenset({"application.rejected", "application.hired"})
SUBMISSIONS = frozenset({"feedback.submitted", "feedback.updated"})
DELETED = "interview.deleted"


def add_first_response(facts: FactList, applied_at: int | None, responded_at: int | None) -> None:
    """Count the hours until the company first moved the application, invited, assessed, made an offer, rejected or hired."""
    if applied_at is None or responded_at is None:
        return
    hours = min((responded_at - applied_at) // HOUR_MS, MAX_RESPONSE_HOURS)
    facts.add(f"response_hours.{hours}", responded_at, scope=Scope.DECISION_DAY)


def response_at(event: FunnelEvent, held_at: Mapping[bytes, int], rules: Rules) -> int | None:
    """When (ms) the event says that the company responded, if it does; what is undated says nothing of a wait.

    `held_at` are the instants (ms) of interviews by the id of the event that told that they were held.
    """
    header = event.header
    if header.undated or not header.by_person:
        return None
    at, kind = header.at, header.kind
    responds = False
    if isinstance(event, InterviewEvent):
        responds = kind != DELETED
        at = min(at, held_at.get(header.id, at))
    elif isinstance(event, ScorecardEvent):
        responds = kind in SUBMISSIONS
        at = at if event.submitted_at is None else event.submitted_at
    elif isinstance(event, OfferEvent):
        responds = True
    elif isinstance(event, EndingEvent):
        responds = rules.ending(event).kind in ANSWERS
    return at if responds else None
