"""Facts of interviews and scorecards, and of the scorecards that are due."""

from collections.abc import Iterator, Sequence

from streams.tools.verify.independent.facts import CountedFact, CountsIn
from streams.tools.verify.independent.interviews import NO_SHOW, MeetingDate, ToldMeeting
from streams.tools.verify.independent.scorecards import ToldScorecard
from streams.tools.verify.independent.stage_facts import IMPOSSIBLE, duration
from streams.tools.verify.independent.whole import Whole

LONGEST_SCORECARD_HOURS = 720


def interview_facts(whole: Whole) -> Iterator[CountedFact]:
    """面接: scheduled, moved, held, missed, cancelled."""
    for interview in whole.interviews:
        people, created = interview.people(), interview.scheduled
        if created is not None:
            yield CountedFact("interviews_scheduled", whole.day(created), created, people)
        for moment, _ in interview.moved:
            yield CountedFact("interviews_rescheduled", whole.day(moment), moment, people)
        for appointment in interview.appointments_held:
            yield from _held_facts(whole, interview, appointment)
        for missed in interview.appointments:
            if missed.kind == NO_SHOW:
                at, absent = missed.moment, interview.people_at(missed)
                yield CountedFact("interviews_no_show", whole.day(at), at, absent)
        if interview.is_cancelled:
            last = interview.appointments[-1]
            at, called_off = last.moment, interview.people_at(last)
            yield CountedFact("interviews_cancelled", whole.day(at), at, called_off)


def _held_facts(
    whole: Whole, interview: ToldMeeting, appointment: MeetingDate
) -> Iterator[CountedFact]:
    """One appointment that took place: its length, and the scorecards that are due for it."""
    at, people = appointment.moment, interview.people_at(appointment)
    day = whole.day(at)
    yield CountedFact("interviews_held", day, at, people)
    if appointment.minutes is not None:
        yield CountedFact(
            f"interview_minutes.{appointment.minutes}", day, at, people, kind=CountsIn.TIME
        )
    elif appointment.is_nonsense:
        yield CountedFact(IMPOSSIBLE, day, at, kind=CountsIn.QUALITY)
    if appointment.outcome is None or not whole.attempt.meanings.expects_scorecards(
        appointment.outcome[1]
    ):
        return
    cards = [card for card in whole.scorecards if card.appointment is appointment]
    for person in people:
        own = [card for card in cards if card.author in {None, person}]
        yield CountedFact("scorecards_due", day, at, (person,))
        yield from _waited(whole, "scorecard", appointment, own, (person,))
    yield CountedFact("feedback_due", day, at, people)
    yield from _waited(whole, "feedback", appointment, cards, people)


def _waited(
    whole: Whole,
    name: str,
    appointment: MeetingDate,
    cards: Sequence[ToldScorecard],
    people: tuple[str, ...],
) -> Iterator[CountedFact]:
    """How long the first scorecard was waited for: until it came, or until the application ended before."""
    days = [(whole.day(card.moment), "submitted") for card in cards]
    if whole.top is not None:
        days.append((whole.day(whole.top.moment), "zz_closed"))  # after a scorecard of the same day
    if days:
        day, outcome = min(days)
        outcome = outcome.removeprefix("zz_")
        due = whole.day(appointment.moment)
        span = (due, max(due, day) if outcome == "closed" else day)
        yield from duration(f"{name}.{outcome}", span, appointment.moment, people)


def scorecard_facts(whole: Whole) -> Iterator[CountedFact]:
    """評価: what each scorecard says last, on the day of its first submission, and how long it took."""
    for card in whole.scorecards:
        people = () if card.author is None else (card.author,)
        day = whole.day(card.moment)
        yield CountedFact(f"feedback.{card.decision}", day, card.moment, people)
        if card.hours is None:
            continue
        if card.hours < 0:
            yield CountedFact(IMPOSSIBLE, day, card.moment, kind=CountsIn.QUALITY)
        else:
            hours = min(card.hours, LONGEST_SCORECARD_HOURS)
            yield CountedFact(
                f"scorecard_hours.{hours}", day, card.moment, people, kind=CountsIn.TIME
            )
