"""What the events of one attempt come to: its journey, meetings, offers and employments, read as a whole; it may grow."""

from schemas.funnel.appointments import Interview
from schemas.funnel.attempt import Attempt
from schemas.funnel.endings import Endings
from schemas.funnel.funnel_events import (
    ApplicationEvent,
    EmploymentEvent,
    EndingEvent,
    FunnelEvent,
    InterviewEvent,
    OfferEvent,
    ScorecardEvent,
    StageEvent,
    UpdateEvent,
)
from schemas.funnel.journey import Journey
from schemas.funnel.meetings import Meeting, read_meetings, told_held_at
from schemas.funnel.offers import Offer, offers_by_stages, read_offers
from schemas.funnel.response import response_at
from schemas.funnel.rules import Rules
from schemas.funnel.running_interviews import RunningInterviews
from schemas.funnel.stage_meanings import StageMeanings
from schemas.funnel.submissions import Scorecard, read_scorecards
from schemas.funnel.undoings import take_in_turn

# What an event may change, as bits of one number.
JOURNEY, OFFERS, INTERVIEWS, SCORECARDS, EMPLOYMENTS, ENDING = 1, 2, 4, 8, 16, 32
EVERYTHING = JOURNEY | OFFERS | INTERVIEWS | SCORECARDS | EMPLOYMENTS | ENDING

EndingState = tuple[object, ...]  # all that facts depend on of the endings that stand


class AttemptReading:
    """The events of an attempt by what they tell. `refresh` brings the rest up to date after events were taken."""

    __slots__ = (
        "_ending_state",
        "_first_offer",
        "_interview_events",
        "_interviews",
        "_invited_at",
        "_meanings",
        "_offer_events",
        "_responded_at",
        "_rules",
        "_scorecard_events",
        "attempt",
        "employment_events",
        "journey",
        "meetings",
        "offers",
        "scorecards",
    )

    def __init__(self, attempt: Attempt, rules: Rules) -> None:
        """Take the events of the attempt, which are in order; refresh everything before you ask for more than the journey."""
        self.attempt, self._rules = attempt, rules
        self._meanings = StageMeanings(rules, attempt.context, attempt.attributes.job)
        self._offer_events: list[OfferEvent] = []
        self._interview_events: list[FunnelEvent] = []
        self._scorecard_events: list[ScorecardEvent] = []
        self.employment_events: list[FunnelEvent] = []
        self._responded_at: int | None = None
        self._invited_at: int | None = None
        for event in attempt.events:
            self._file(event)
        self._first_offer = first_offer(read_offers(self._offer_events))
        self.journey = read_journey(attempt, self._first_offer, self._meanings, rules)
        self._ending_state: EndingState = ()
        self._interviews = RunningInterviews()
        self.scorecards: list[Scorecard] = []
        self.meetings: list[Meeting] = []
        self.offers: list[Offer] = []

    def _file(self, event: FunnelEvent) -> int:
        """Put an event to those of its kind; return what it may change."""
        changes = 0
        if isinstance(event, StageEvent):
            changes = JOURNEY
            if isinstance(event, UpdateEvent) and event.schedule is not None:
                self._interview_events.append(event)
                changes |= INTERVIEWS
            if isinstance(event, EndingEvent) and event.start_day is not None:
                self.employment_events.append(event)
                changes |= EMPLOYMENTS
        elif isinstance(event, InterviewEvent):
            self._interview_events.append(event)
            return INTERVIEWS  # whether it is a response depends on when the interview took place
        elif isinstance(event, ScorecardEvent):
            self._scorecard_events.append(event)
            changes = SCORECARDS
        elif isinstance(event, OfferEvent):
            self._offer_events.append(event)
            changes = JOURNEY | OFFERS
        elif isinstance(event, EmploymentEvent):
            self.employment_events.append(event)
            changes = EMPLOYMENTS
        self._note_response(response_at(event, {}, self._rules))
        return changes

    def _note_response(self, at: int | None) -> None:
        applied_at = self.attempt.applied_at
        if at is None or applied_at is None or at <= applied_at:
            return
        if self._responded_at is None or at < self._responded_at:
            self._responded_at = at

    def take(self, event: FunnelEvent) -> int | None:
        """Take an event that follows all others; return what it may change, None if the attempt must be read anew."""
        changes = self._file(event)
        if isinstance(event, ApplicationEvent):
            if event.application.active and self.journey.endings.top is not None:
                changes |= JOURNEY
            self.journey.take(event)
        if changes & OFFERS:
            first = first_offer(read_offers(self._offer_events))
            if first is not self._first_offer:
                if first is not event or self._first_offer is not None:
                    return None
                self._first_offer = first
                self.journey.make_offer(event.header.at)
        return changes

    @property
    def interviews(self) -> list[Interview]:
        """The interviews in the order of their first events."""
        return self._interviews.all

    def refresh(self, changes: int) -> int:
        """Read again what the changes touch; return them with those that follow from them."""
        journey = self.journey
        if changes & (JOURNEY | OFFERS):
            changes |= self._refresh_ending_and_offers()
        if changes & INTERVIEWS:
            self._interviews.refresh(self._interview_events)
            self._invited_at = self._first_invitation()
        if changes & (INTERVIEWS | SCORECARDS):
            self.scorecards = read_scorecards(self._scorecard_events, self.interviews)
        if changes & (INTERVIEWS | SCORECARDS | JOURNEY):
            self.meetings = read_meetings(
                journey.visits, self._meanings, self.interviews, self.scorecards
            )
        return changes

    def _refresh_ending_and_offers(self) -> int:
        """Read the ending and the offers again; return which of them may have changed."""
        journey, before = self.journey, self.offers
        if self._offer_events:
            self.offers = read_offers(self._offer_events)
        else:
            self.offers = offers_by_stages(journey.visits, journey.endings)
        changes = OFFERS if before or self.offers else 0
        state = _ending_state(journey.endings)
        if state != self._ending_state:
            self._ending_state = state
            changes |= ENDING
        return changes

    @property
    def offered_at(self) -> int | None:
        """When (ms) the application was first made an offer, or hired without one."""
        top = self.journey.endings.top
        made_at = [offer.made_at for offer in self.offers if offer.made_at is not None]
        if made_at:
            return min(made_at)
        return top.at if top is not None and top.is_hire else None

    def _first_invitation(self) -> int | None:
        """When (ms) an interview first was a response after the application."""
        applied_at = self.attempt.applied_at
        if applied_at is None or not self._interview_events:
            return None
        held_at = told_held_at(self.interviews)
        moments = [response_at(event, held_at, self._rules) for event in self._interview_events]
        return min((at for at in moments if at is not None and at > applied_at), default=None)

    @property
    def responded_at(self) -> int | None:
        """When (ms) the company first responded after the application."""
        applied_at = self.attempt.applied_at
        if applied_at is None:
            return None
        undated = self.attempt.undated
        moments = [
            at for at in self.journey.moved_by_company_at if at > applied_at and at not in undated
        ]
        if self._invited_at is not None:
            moments.append(self._invited_at)
        if self._responded_at is not None:
            moments.append(self._responded_at)
        return min(moments, default=None)


def _ending_state(endings: Endings) -> EndingState:
    top, hire = endings.top, endings.hire
    if top is None:
        return (endings.was_hired,)
    hired_at = None if hire is None else hire.at
    state = (top.kind, top.at, top.mapped, top.duplicate, top.over_hire)
    return (endings.was_hired, hired_at, *state)


def first_offer(offers: list[Offer]) -> OfferEvent | None:
    """The event that made the first offer."""
    if not offers:
        return None
    return min(
        (offer.made_by for offer in offers if offer.made_by is not None),
        key=lambda event: (event.header.at, event.header.offset, event.header.index),
        default=None,
    )


def read_journey(
    attempt: Attempt, offer: OfferEvent | None, meanings: StageMeanings, rules: Rules
) -> Journey:
    """The journey of an attempt, which its first offer moves too."""
    events = attempt.events
    journey = Journey(meanings, rules, attempt.applied_at, events[0].header.at)
    for event in take_in_turn(journey, events):
        if event is offer:
            journey.make_offer(event.header.at)
    return journey


def is_ended(attempt: Attempt, rules: Rules) -> bool:
    """Whether the attempt has ended."""
    return AttemptReading(attempt, rules).journey.endings.top is not None
