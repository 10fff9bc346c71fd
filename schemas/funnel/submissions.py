"""Scorecards (評価) as submitted: each id once, on its first submission, with what its latest version says."""

from collections.abc import Iterable

import msgspec

from schemas.funnel.appointments import Appointment, Interview
from schemas.funnel.funnel_events import ScorecardEvent

REQUESTED, DELETED = "feedback.requested", "feedback.deleted"


class Scorecard(msgspec.Struct, eq=False, gc=False):
    """One scorecard; `submitted_at` is the instant (ms) of its first submission, `decision` -2..+2 or None.

    `interview` is the one that it names, `appointment` the one held that it is about, if any.
    """

    submitted_at: int
    author: str | None = None
    decision: int | None = None
    interview_id: str | None = None
    interview: Interview | None = None
    appointment: Appointment | None = None

    @property
    def is_practice(self) -> bool:
        """Whether its author only observed: a shadow's scorecard counts nowhere."""
        appointment = self.appointment
        if appointment is None and self.interview is not None:
            appointment = self.interview.current
        return (
            appointment is not None
            and self.author in appointment.shadows
            and self.author not in appointment.people
        )


def read_scorecards(
    events: Iterable[ScorecardEvent], interviews: list[Interview]
) -> list[Scorecard]:
    """The scorecards that count, in the order of their first submission."""
    by_id: dict[str, Scorecard] = {}
    for event in events:
        if event.header.kind == DELETED:
            by_id.pop(event.scorecard_id, None)
            continue
        if event.header.kind == REQUESTED:
            continue
        told_at = event.header.at if event.submitted_at is None else event.submitted_at
        scorecard = by_id.get(event.scorecard_id)
        if scorecard is None:
            scorecard = by_id[event.scorecard_id] = Scorecard(told_at)
        scorecard.author = event.author or scorecard.author
        scorecard.decision = event.decision
        scorecard.interview_id = event.interview_id or scorecard.interview_id
    for scorecard in by_id.values():
        scorecard.appointment = _appointment(scorecard, interviews)
    counted = [scorecard for scorecard in by_id.values() if not scorecard.is_practice]
    return sorted(counted, key=lambda scorecard: scorecard.submitted_at)


def _appointment(scorecard: Scorecard, interviews: list[Interview]) -> Appointment | None:
    """The held appointment of the interview that it names; else the latest one held with its author before it."""
    if scorecard.interview_id is not None:
        named = (i for i in interviews if scorecard.interview_id in i.ids)
        interview = scorecard.interview = next(named, None)
        if interview is None:
            return None
        completed = [a for a in interview.outcomes if a.was_held]
        return _held_before(scorecard.submitted_at, completed)
    return _latest_held_with(scorecard, interviews)


def _held_before(moment: int, completed: list[Appointment]) -> Appointment | None:
    """The latest held by an instant (ms), the last one of several at one instant; else the first one held."""
    before = [a for a in reversed(completed) if a.happened_at <= moment]
    latest = max(before, key=lambda appointment: appointment.happened_at, default=None)
    return latest or min(completed, key=lambda appointment: appointment.happened_at, default=None)


def _latest_held_with(scorecard: Scorecard, interviews: list[Interview]) -> Appointment | None:
    latest = None
    for interview in interviews:
        for appointment in interview.outcomes:
            if (
                appointment.was_held
                and appointment.happened_at <= scorecard.submitted_at
                and scorecard.author in (*appointment.people, *appointment.shadows)
                and (latest is None or appointment.happened_at >= latest.happened_at)
            ):
                latest = appointment
    return latest
