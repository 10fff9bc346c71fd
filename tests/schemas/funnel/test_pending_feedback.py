"""Scorecards, feedback and offer answers are pending until they arrive or the application ends."""

from hypothesis import given

from schemas.cells import DECISION, ENTRY, INTERVIEWER, TOTAL, Tally
from schemas.funnel.fold import contribution
from schemas.funnel.funnel_events import FunnelEvent
from schemas.funnel.rules import Rules
from schemas.kpis.catalogue import KPIS
from schemas.kpis.definition import total
from tests.builders import funnel_event, histories, stage_change

RULES = Rules("Asia/Tokyo")
DAY = 24
DUE = {"scorecards_due": 1, "feedback_due": 1}
CREATED = funnel_event(0, "application.created", channel="doda", recruiter="r1")


def interview(
    number: int, hours: float, *interviewers: str, kind: str = "completed"
) -> FunnelEvent:
    """An event of interview i1."""
    return funnel_event(
        number, f"interview.{kind}", hours, interview_id="i1", interviewers=interviewers
    )


def scorecard(number: int, hours: float, interviewer: str, kind: str = "submitted") -> FunnelEvent:
    """An event of the interviewer's scorecard on interview i1."""
    return funnel_event(
        number,
        f"feedback.{kind}",
        hours,
        scorecard_id=f"f-{interviewer}",
        author=interviewer or None,
        decision=1,
        interview_id="i1",
    )


def pending_measures(history: list[FunnelEvent], member: str = "") -> Tally:
    """The pending durations of the tenant or an interviewer, and the measures that began them."""
    measures: Tally = {}
    dimension = INTERVIEWER if member else TOTAL
    for key, tally in contribution(history, "t", RULES).items():
        if (key.dimension, key.member) != (dimension, member or "all"):
            continue
        for measure, n in tally.items():
            is_duration = measure.startswith(("days.scorecard", "days.feedback", "days.answer"))
            if is_duration or (
                measure in {"scorecards_due", "feedback_due"} and key.basis == DECISION
            ):
                measures[measure] = measures.get(measure, 0) + n
    return measures


def test_a_scorecard_is_due_from_every_interviewer() -> None:
    """The first scorecard is the feedback; the other interviewer's scorecard stays pending."""
    history = [CREATED, interview(1, DAY, "p1", "p2"), scorecard(2, 3 * DAY, "p1")]

    assert pending_measures(history) == {
        "scorecards_due": 2,
        "feedback_due": 1,
        "days.scorecard.submitted.2": 1,
        "days.feedback.submitted.2": 1,
    }
    assert pending_measures(history, "p2") == DUE | {"days.feedback.submitted.2": 1}


def test_the_end_of_the_application_closes_pending_scorecards_until_it_is_reopened() -> None:
    """Nobody is reminded of a candidate whose application ended."""
    ended = [
        CREATED,
        interview(1, DAY, "p1"),
        funnel_event(2, "application.rejected", 4 * DAY, party="company"),
    ]
    assert pending_measures(ended) == DUE | {
        "days.scorecard.closed.3": 1,
        "days.feedback.closed.3": 1,
    }
    assert pending_measures([*ended, funnel_event(3, "application.reopened", 5 * DAY)]) == DUE


def test_no_scorecard_is_due_for_an_interview_that_did_not_take_place() -> None:
    """No scorecard is due even if the interview was first reported as completed."""
    history = [
        CREATED,
        interview(1, DAY, "p1"),
        scorecard(2, DAY, "p1"),
        interview(3, 2 * DAY, kind="no_show"),
    ]

    assert pending_measures(history) == {}


def test_a_deleted_scorecard_is_pending_again() -> None:
    """A corrected scorecard keeps the day of its first submission."""
    history = [
        CREATED,
        interview(1, DAY, "p1"),
        scorecard(2, 2 * DAY, "p1"),
        scorecard(3, 9 * DAY, "p1", "updated"),
    ]
    first = {"days.scorecard.submitted.1": 1, "days.feedback.submitted.1": 1}

    assert pending_measures(history) == DUE | first
    assert pending_measures([*history, scorecard(4, 10 * DAY, "p1", "deleted")]) == DUE


def test_a_scorecard_without_author_counts_for_every_interviewer() -> None:
    """If a system does not report the author, no interviewer is reminded of a scorecard that may exist."""
    history = [CREATED, interview(1, DAY, "p1", "p2"), scorecard(2, DAY, "")]

    assert pending_measures(history)["days.scorecard.submitted.0"] == 2


def test_nothing_is_due_where_scorecards_are_never_reported() -> None:
    """A missing scorecard means nothing in a system that sends none."""
    history = [CREATED, interview(1, DAY, "p1")]

    assert pending_measures(history) == DUE
    assert not any(
        measure.endswith("_due")
        for tally in contribution(
            history, "t", Rules("Asia/Tokyo", without_scorecards=frozenset({""}))
        ).values()
        for measure in tally
    )


def test_an_offer_is_pending_until_its_answer() -> None:
    """An offer is pending until it is answered or the application ends."""
    sent = [CREATED, funnel_event(1, "offer.sent", DAY, offer_id="o1")]
    declined = funnel_event(2, "offer.declined", 4 * DAY, offer_id="o1")
    withdrawn = funnel_event(2, "application.withdrawn", 2 * DAY, party="candidate")

    assert pending_measures(sent) == {}
    assert pending_measures([*sent, declined]) == {"days.answer.declined.3": 1}
    assert pending_measures([*sent, withdrawn]) == {"days.answer.closed.1": 1}


def test_a_stay_ends_with_the_recruiter_it_began_with() -> None:
    """Reassigning an application leaves no stay open for the first recruiter."""
    history = [
        CREATED,
        stage_change(1, 0, "s1"),
        funnel_event(2, "application.owner_changed", DAY, recruiter="r2"),
        stage_change(3, 2 * DAY, "s2"),
    ]
    cells = contribution(history, "t", RULES)
    (member,) = {
        key.member
        for key, tally in cells.items()
        if key.dimension == "recruiter"
        and any(measure.startswith("days.screening.") for measure in tally)
    }

    assert member == "r1"


@given(histories())
def test_nothing_ends_where_it_did_not_begin(history: list[FunnelEvent]) -> None:
    """In every cell no more durations end than began, so the pending count is never negative."""
    cells = contribution(history, "t", RULES)
    for key, tally in cells.items():
        if key.basis != ENTRY:
            continue
        began = cells.get(key._replace(basis=DECISION), {})
        for kpi in KPIS:
            if kpi.of:
                assert total(tally, (f"days.{kpi.of}.*",)) <= began.get(kpi.entered, 0), kpi.id
