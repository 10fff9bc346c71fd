"""The whole story of one attempt, read: its visits, endings, interviews, scorecards, offers and employments."""

from collections.abc import Sequence
from dataclasses import dataclass

from streams.tools.verify.independent.attempts import ToldAttempt
from streams.tools.verify.independent.employment import Tenure, employments_of
from streams.tools.verify.independent.endings import ToldEnding
from streams.tools.verify.independent.interviews import MeetingDate, ToldMeeting, interviews_of
from streams.tools.verify.independent.meaning import HIRE
from streams.tools.verify.independent.offers import (
    ToldOffer,
    offers_by_stages,
    own_offers,
    reneged_by_withdrawal,
)
from streams.tools.verify.independent.scorecards import ToldScorecard, scorecards_of
from streams.tools.verify.independent.told import HIRED, REOPENED, UNHIRED, UNTOLD, Moment
from streams.tools.verify.independent.visits import (
    SEVERAL,
    Stay,
    ToldJourney,
    deciders_in,
    journey_of,
)


@dataclass(frozen=True, kw_only=True)
class Whole:
    """Everything that happened in an attempt, as the whole story says it."""

    attempt: ToldAttempt
    journey: ToldJourney
    interviews: Sequence[ToldMeeting]
    scorecards: Sequence[ToldScorecard]
    offers: Sequence[ToldOffer]
    employments: Sequence[Tenure]

    @property
    def top(self) -> ToldEnding | None:
        """The ending that stands."""
        return self.attempt.endings.top

    @property
    def is_duplicate(self) -> bool:
        """Whether it was closed as a duplicate."""
        return self.top is not None and self.top.reason.duplicate

    @property
    def hire(self) -> ToldEnding | None:
        """The hire that stands."""
        return self.top if self.top is not None and self.top.kind == HIRE else None

    @property
    def offers_or_hire(self) -> bool:
        """Whether the candidate was made an offer, as a hire was too."""
        return bool(self.offers) or self.hire is not None

    @property
    def applied(self) -> Moment:
        """When the candidate applied, else the first own event."""
        at = self.attempt.attributes.applied_at
        return self.attempt.attributes.first_moment if at is None else Moment(at, UNTOLD)

    @property
    def is_orphan(self) -> bool:
        """Whether tables of hires, interviews or offers are all that tells of it, so that nobody told of an application."""
        if self.attempt.attributes.applied_at is not None:
            return False
        beside = ("application.rejected", "application.withdrawn", "application.closed", HIRED)
        return all(
            event.imported
            and (
                not event.kind.startswith("application.")
                or event.kind in (*beside, REOPENED, UNHIRED)
            )
            for _, event in self.attempt.events
        )

    def is_undated(self, *moments: Moment) -> bool:
        """Whether nobody knows when something at one of the moments happened."""
        undated = {event.at for _, event in self.attempt.events if event.undated}
        return any(moment.at in undated for moment in moments)

    @property
    def cohort_day(self) -> int:
        """The local day of the application."""
        return self.day(self.applied)

    def day(self, moment: Moment) -> int:
        """The local day of a moment."""
        return self.attempt.calendar.day(moment.at)

    def held_in(self, visit: Stay) -> list[tuple[ToldMeeting, MeetingDate]]:
        """The interviews held in a visit."""
        return [
            (interview, appointment)
            for interview in self.interviews
            for appointment in interview.appointments_held
            if self.visit_of(interview, appointment.moment) is visit
        ]

    def visit_of(self, interview: ToldMeeting, moment: Moment) -> Stay | None:
        """The visit to which an interview belongs: by its round or stage, else where the application was at the moment."""
        return _named_visit(self, interview, moment) or self.journey.at(moment.at)

    def deciders(self, visit: Stay) -> tuple[str, ...]:
        """Who decided a visit: those who interviewed in it and the authors of its scorecards."""
        met = [
            (appointment.moment.at, name)
            for interview, appointment in self.held_in(visit)
            for name in interview.people_at(appointment)
        ]
        for card in self.scorecards:
            if card.author is not None and self._visit_of_card(card) is visit:
                met.append((card.moment.at, card.author))
        return deciders_in(sorted(met, key=lambda meeting: meeting[0]), visit)

    def _visit_of_card(self, card: ToldScorecard) -> Stay | None:
        if card.interview is not None and card.appointment is not None:
            return self.visit_of(card.interview, card.appointment.moment)
        named = None if card.interview is None else _named_visit(self, card.interview, card.moment)
        return named or self.journey.at(card.moment.at)


def _named_visit(whole: Whole, interview: ToldMeeting, at: Moment) -> Stay | None:
    """The visit that an interview's stage or round names, if the application was ever there."""
    visits = _visits_of_stage(whole, interview) or _visits_of_round(whole, interview)
    return _present_at(visits, at) if visits else None


def _visits_of_stage(whole: Whole, interview: ToldMeeting) -> list[Stay]:
    stage = interview.last("stage")
    if stage is None or isinstance(stage, int):
        return []
    event = next(e for _, e in reversed(interview.lines) if e.data.get("stage") is not None)
    meaning = whole.attempt.meanings.stage(event, stage)
    visits = [] if meaning.milestone is None else whole.journey.known(meaning.milestone)
    if meaning.milestone in SEVERAL:
        return [visit for visit in visits if meaning.id in visit.stages]
    return visits


def _visits_of_round(whole: Whole, interview: ToldMeeting) -> list[Stay]:
    number = interview.last("round")
    if not isinstance(number, int) or number < 1:
        return []
    names = [f"interview_{number}"] if number <= 2 else ["interview_n", "final_interview"]
    return next((visits for name in names if (visits := whole.journey.known(name))), [])


def _present_at(visits: Sequence[Stay], at: Moment) -> Stay:
    """Of several visits the one entered last at or before the moment, else the first; a standing one before others."""
    standing = [visit for visit in visits if visit.standing] or list(visits)
    before = [visit for visit in standing if visit.entered.at <= at.at]
    return max(before, key=lambda visit: visit.entered) if before else standing[0]


def read_attempt(attempt: ToldAttempt) -> Whole:
    """Read one attempt as a whole."""
    interviews = interviews_of(attempt.about_interviews)
    cards = scorecards_of(attempt.of_topic("feedback"), interviews)
    offers = own_offers(attempt.of_topic("offer"))
    first = attempt.attributes.first_moment
    applied = attempt.attributes.applied_at
    began = [first] if applied is None else [Moment(applied, UNTOLD), first]
    first_made = min((offer.made_at for offer in offers), default=None)
    journey = journey_of(attempt.endings, first_made, began)
    if attempt.of_topic("offer"):
        offers = reneged_by_withdrawal(offers, attempt.endings.top)
    else:
        offers = offers_by_stages(journey, attempt.endings)
    return Whole(
        attempt=attempt,
        journey=journey,
        interviews=interviews,
        scorecards=[card for card in cards if not card.is_practice],
        offers=offers,
        employments=employments_of(attempt.events, attempt.calendar),
    )
