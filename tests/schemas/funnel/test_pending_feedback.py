"""What is owed after an interview or an offer ends when it is given, or when nobody needs it any more."""

from hypothesis import given

from schemas.cells import DECISION, ENTRY, INTERVIEWER, TOTAL, Tally
from schemas.funnel.fold import facts
from schemas.funnel.history import FunnelEvent
from schemas.funnel.rules import Rules
from schemas.kpis.catalogue import KPIS
from schemas.kpis.definition import total
from tests.builders import happened, histories, moved

RULES = Rules("Asia/Tokyo")
DAY = 24
DUE = {"scorecards_due": 1, "feedback_due": 1}
CREATED = happened(0, "application.created", channel="doda", recruiter="r1")


def held(number: int, hours: float, *people: str, kind: str = "completed") -> FunnelEvent:
    """The first interview, held or not."""
    return happened(number, f"interview.{kind}", hours, entity="i1", people=people)


def scored(number: int, hours: float, person: str, kind: str = "submitted") -> FunnelEvent:
    """The scorecard of somebody, of that interview."""
    who = (person,) if person else ()
    return happened(
        number, f"feedback.{kind}", hours, entity=f"f-{person}", people=who, number=1, about="i1"
    )


def counted(history: list[FunnelEvent], member: str = "") -> Tally:
    """The durations of a company or an interviewer, and what began them."""
    found: Tally = {}
    dimension = INTERVIEWER if member else TOTAL
    for key, tally in facts(history, "t", RULES).items():
        if (key.dimension, key.member) != (dimension, member or "all"):
            continue
        for measure, n in tally.items():
            owes = measure.startswith(("days.scorecard", "days.feedback", "days.answer"))
            if owes or (measure in {"scorecards_due", "feedback_due"} and key.basis == DECISION):
                found[measure] = found.get(measure, 0) + n
    return found


def test_every_interviewer_owes_a_scorecard() -> None:
    """The first word is feedback; who has not written still owes."""
    history = [CREATED, held(1, DAY, "p1", "p2"), scored(2, 3 * DAY, "p1")]

    assert counted(history) == {
        "scorecards_due": 2,
        "feedback_due": 1,
        "days.scorecard.submitted.2": 1,
        "days.feedback.submitted.2": 1,
    }
    assert counted(history, "p2") == DUE | {"days.feedback.submitted.2": 1}


def test_the_end_of_the_application_ends_what_is_owed_until_it_is_reopened() -> None:
    """Nobody is reminded of a candidate who is gone."""
    ended = [
        CREATED,
        held(1, DAY, "p1"),
        happened(2, "application.rejected", 4 * DAY, party="company"),
    ]
    assert counted(ended) == DUE | {"days.scorecard.closed.3": 1, "days.feedback.closed.3": 1}
    assert counted([*ended, happened(3, "application.reopened", 5 * DAY)]) == DUE


def test_an_interview_that_was_not_held_owes_nothing() -> None:
    """Also where it was first said to have taken place."""
    history = [CREATED, held(1, DAY, "p1"), scored(2, DAY, "p1"), held(3, 2 * DAY, kind="no_show")]

    assert counted(history) == {}


def test_a_deleted_scorecard_is_owed_again() -> None:
    """And a corrected one is as old as it first was."""
    history = [
        CREATED,
        held(1, DAY, "p1"),
        scored(2, 2 * DAY, "p1"),
        scored(3, 9 * DAY, "p1", "updated"),
    ]
    first = {"days.scorecard.submitted.1": 1, "days.feedback.submitted.1": 1}

    assert counted(history) == DUE | first
    assert counted([*history, scored(4, 10 * DAY, "p1", "deleted")]) == DUE


def test_a_scorecard_of_nobody_is_everybodys() -> None:
    """A system that does not say who wrote it reminds nobody of what may be there."""
    history = [CREATED, held(1, DAY, "p1", "p2"), scored(2, DAY, "")]

    assert counted(history)["days.scorecard.submitted.0"] == 2


def test_nothing_is_owed_where_scorecards_are_never_told() -> None:
    """A missing event of a system that sends none says nothing."""
    history = [CREATED, held(1, DAY, "p1")]

    assert counted(history) == DUE
    assert not any(
        measure.endswith("_due")
        for tally in facts(history, "t", Rules("Asia/Tokyo", unscored=frozenset({""}))).values()
        for measure in tally
    )


def test_an_offer_waits_for_its_answer() -> None:
    """Or until the application ends without one."""
    sent = [CREATED, happened(1, "offer.sent", DAY, entity="o1")]
    declined = happened(2, "offer.declined", 4 * DAY, entity="o1")
    gone = happened(2, "application.withdrawn", 2 * DAY, party="candidate")

    assert counted(sent) == {}
    assert counted([*sent, declined]) == {"days.answer.declined.3": 1}
    assert counted([*sent, gone]) == {"days.answer.closed.1": 1}


def test_a_stay_ends_with_the_recruiter_with_whom_it_began() -> None:
    """Handing over an application leaves nobody waiting for ever."""
    history = [
        CREATED,
        moved(1, 0, "s1"),
        happened(2, "application.owner_changed", DAY, recruiter="r2"),
        moved(3, 2 * DAY, "s2"),
    ]
    cells = facts(history, "t", RULES)
    (member,) = {
        key.member
        for key, tally in cells.items()
        if key.dimension == "recruiter" and any(m.startswith("days.screening.") for m in tally)
    }

    assert member == "r1"


@given(histories())
def test_nothing_ends_where_it_did_not_begin(history: list[FunnelEvent]) -> None:
    """In every cell no more durations end than began: what waits is never less than nobody."""
    cells = facts(history, "t", RULES)
    for key, tally in cells.items():
        if key.basis != ENTRY:
            continue
        began = cells.get(key._replace(basis=DECISION), {})
        for kpi in KPIS:
            if kpi.of:
                assert total(tally, (f"days.{kpi.of}.*",)) <= began.get(kpi.entered, 0), kpi.id
