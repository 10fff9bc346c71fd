"""The scorecards of one attempt: who submitted one first when, on which interview, with which last decision."""

from collections.abc import Sequence
from dataclasses import dataclass

from streams.tools.verify.independent.interviews import MeetingDate, ToldMeeting, interviewers
from streams.tools.verify.independent.told import UNTOLD, Moment, Told, known_instant

DECISIONS = {-2: "strong_no", -1: "no", 0: "mixed", 1: "yes", 2: "strong_yes"}
SUBMITTED = ("feedback.submitted", "feedback.updated")
DELETED = "feedback.deleted"


@dataclass(frozen=True, kw_only=True)
class ToldScorecard:
    """One scorecard; `moment` is its first submission, `held` the appointment that it is about, if any."""

    moment: Moment
    author: str | None
    decision: str
    interview: ToldMeeting | None
    appointment: MeetingDate | None

    @property
    def is_practice(self) -> bool:
        """Whether its author only watched the interview."""
        if self.interview is None or self.author is None:
            return False
        listed = _listed(self.interview, self.appointment)
        return self.author in listed[0] and self.author not in listed[1]

    @property
    def hours(self) -> int | None:
        """Whole hours from the end of the interview to the first submission, below 0 if it came before the end."""
        if self.appointment is None:
            return None
        one = self.appointment
        end = one.moment.at if one.end is None or one.ends_before_start else one.end
        return (self.moment.at - end) // 3_600_000


def _listed(interview: ToldMeeting, appointment: MeetingDate | None) -> tuple[set[str], set[str]]:
    """Who watches by the list of the interview, and who interviews."""
    appointment = interview.appointments[-1] if appointment is None else appointment
    people = interview.list_at(appointment)
    shadows = {person["user_id"] for person in people if person.get("role") == "shadow"}
    return shadows, set(interviewers(people))


def scorecards_of(
    events: Sequence[tuple[int, Told]], interviews: Sequence[ToldMeeting]
) -> list[ToldScorecard]:
    """The scorecards that stand, those of people who only watched too, in the order of their first submission."""
    by_id: dict[str, list[tuple[int, Told]]] = {}
    for place, event in events:
        told = by_id.setdefault(event.data["feedback_id"], [])
        if event.kind == DELETED:
            told.clear()
        elif event.kind in SUBMITTED:
            told.append((place, event))
    cards = [_read(told, interviews) for told in by_id.values() if told]
    return sorted(cards, key=lambda card: card.moment)


def submitted_at(place: int, event: Told) -> Moment:
    """When the scorecard was submitted."""
    value = known_instant(event.data.get("submitted_at"))
    return Moment(event.at, place) if value is None else Moment(value, UNTOLD)


def _read(told: list[tuple[int, Told]], interviews: Sequence[ToldMeeting]) -> ToldScorecard:
    moment = submitted_at(*told[0])
    author = _last_word(told, "interviewer_id")
    decision = told[-1][1].data.get("decision")
    named = _last_word(told, "interview_id")
    if named is not None:
        interview = next((one for one in interviews if named in one.ids), None)
        appointment = None if interview is None else interview.held_before(moment.at)
    else:
        interview, appointment = _latest_with(author, moment, interviews)
    return ToldScorecard(
        moment=moment,
        author=author,
        decision="undecided" if decision is None else DECISIONS[decision],
        interview=interview,
        appointment=appointment,
    )


def _last_word(told: list[tuple[int, Told]], name: str) -> str | None:
    values = [event.data.get(name) for _, event in told]
    return next((value for value in reversed(values) if value is not None), None)


def _latest_with(
    author: str | None, moment: Moment, interviews: Sequence[ToldMeeting]
) -> tuple[ToldMeeting | None, MeetingDate | None]:
    """The latest interview held by then in which the author interviewed or watched."""
    met = [
        (appointment.moment.at, number, place, interview, appointment)
        for number, interview in enumerate(interviews)
        for place, appointment in enumerate(interview.appointments_held)
        if appointment.moment.at <= moment.at and author is not None
        for people in (_listed(interview, appointment),)
        if author in people[0] | people[1]
    ]
    if not met:
        return None, None
    *_, interview, appointment = max(met, key=lambda one: one[:3])
    return interview, appointment
