"""Moves, returns, side steps and endings as a recruiter reads them."""

from tests.independent.hand import (
    CREATED,
    PLAIN,
    WITH_COLUMNS,
    WITH_ORDER,
    about,
    read_cells,
    read_measures,
)

FUNNEL = ("entered.", "passed.", "failed.", "withdrew.", "closed")
FIRST = '2026-04-03T09:00 a1 application.stage_changed to_stage="s-i1 一次面接"'
SECOND = '2026-04-10T09:00 a1 application.stage_changed to_stage="s-i2 二次面接"'
REJECTED = "2026-04-20T09:00 a1 application.rejected party=company"


def funnel(*lines: str, company: int = PLAIN) -> dict[str, int]:
    """What was entered, passed and ended."""
    return about(read_measures([CREATED, *lines], company=company), *FUNNEL)


def test_a_return_takes_back_what_came_after() -> None:
    """Back from 二次 to 一次, and rejected there."""
    back = '2026-04-12T09:00 a1 application.stage_changed to_stage="s-i1 一次面接"'

    assert funnel(FIRST, SECOND, back, REJECTED) == {
        "entered.screening": 1,
        "passed.screening": 1,
        "entered.interview_1": 1,
        "failed.interview_1": 1,
    }


def test_going_on_again_restores_the_first_day() -> None:
    """The pass of 一次 stays on 10 April although the card went back and forth."""
    back = '2026-04-12T09:00 a1 application.stage_changed to_stage="s-i1 一次面接"'
    again = '2026-04-15T09:00 a1 application.stage_changed to_stage="s-i2 二次面接"'
    days = [
        key.day
        for key, tally in read_cells(CREATED, FIRST, SECOND, back, again).items()
        if "passed.interview_1" in tally and (key.dimension, key.basis) == ("total", "decision")
    ]

    assert days == [20_553]  # 10 April 2026


def test_an_order_of_stages_tells_a_return_to_a_stage_never_visited() -> None:
    """Where 二次 comes before 一次 by configuration, a move from 一次 to it is a step back."""
    assert funnel(FIRST, SECOND, company=WITH_ORDER) == {
        "entered.screening": 1,
        "passed.screening": 1,
        "entered.interview_2": 1,
    }


def test_a_side_step_fails_alone() -> None:
    """一次 is passed when the test begins, and the test is failed."""
    aside = '2026-04-10T09:00 a1 application.stage_changed to_stage="s-te 適性検査"'

    assert funnel(FIRST, aside, REJECTED) == {
        "entered.screening": 1,
        "passed.screening": 1,
        "entered.interview_1": 1,
        "passed.interview_1": 1,
        "entered.assessment": 1,
        "failed.assessment": 1,
    }


def test_the_stage_left_tells_where_the_application_was() -> None:
    """Created without a stage: the first move says that it lay in 書類選考."""
    bare = "2026-04-01T09:00 a1 application.created channel=doda"
    move = (
        "2026-04-03T09:00 a1 application.stage_changed"
        ' to_stage="s-i1 一次面接" from_stage="s-sc 書類選考"'
    )

    assert about(read_measures([bare, move]), *FUNNEL) == {
        "entered.screening": 1,
        "passed.screening": 1,
        "entered.interview_1": 1,
    }


def test_a_column_of_endings_ends() -> None:
    """A column that a rule calls 辞退 is a withdrawal, elsewhere it means nothing."""
    column = '2026-04-10T09:00 a1 application.stage_changed to_stage="z-wd 辞退"'

    assert funnel(FIRST, column, company=WITH_COLUMNS)["withdrew.interview_1"] == 1
    assert funnel(FIRST, column)["entered.unmapped"] == 1


def test_a_later_ending_of_another_kind_changes_nothing() -> None:
    """A 辞退 mail after 不採用."""
    mail = "2026-05-12T09:00 a1 application.withdrawn party=candidate"
    endings = read_measures([CREATED, REJECTED, mail])

    assert about(endings, "rejected", "withdrawn") == {"rejected": 1}


def test_a_hire_that_is_undone_leaves_no_trace() -> None:
    """The rejection stands again, and so does what it held back."""
    hired = "2026-04-22T09:00 a1 application.hired"
    undone = "2026-04-23T09:00 a1 application.unhired"
    mark = "response_hours"
    before = read_measures([CREATED, FIRST, REJECTED])
    after = read_measures([CREATED, FIRST, REJECTED, hired, undone])

    assert {m: n for m, n in after.items() if not m.startswith(mark)} == {
        m: n for m, n in before.items() if not m.startswith(mark)
    }


def test_a_withdrawal_takes_a_hire_back_and_a_closing_does_not() -> None:
    """入社辞退 is a renege; 求人終了 touches no hire."""
    hired = "2026-04-22T09:00 a1 application.hired"
    reneged = "2026-06-22T09:00 a1 application.withdrawn party=candidate"
    closed = "2026-06-22T09:00 a1 application.closed party=neither"

    assert about(read_measures([CREATED, hired, reneged]), "hired", "withdrawn", "offers_r") == {
        "withdrawn": 1,
        "offers_reneged": 1,
    }
    assert about(read_measures([CREATED, hired, closed]), "hired", "closed") == {"hired": 1}


def test_a_move_to_work_reopens() -> None:
    """Where no event says so, moving on after two days does; within a minute it goes with the ending."""
    later = '2026-04-22T09:00 a1 application.stage_changed to_stage="s-i1 一次面接"'
    soon = '2026-04-20T09:00:30 a1 application.stage_changed to_stage="s-i1 一次面接"'

    assert "rejected" not in read_measures([CREATED, REJECTED, later])
    assert read_measures([CREATED, REJECTED, soon])["failed.screening"] == 1


def test_a_reapplication_begins_again() -> None:
    """The first attempt keeps its numbers."""
    again = "2026-07-01T09:00 a1 application.created is_reapplication=true"
    measures = read_measures([CREATED, REJECTED, again])

    assert about(measures, "applications", "reapplications", "rejected") == {
        "applications": 2,
        "applications_rated": 2,
        "reapplications": 1,
        "rejected": 1,
    }


def test_an_undoing_comes_after_what_it_undoes() -> None:
    """Told in one second, the undoing first."""
    undone = "2026-04-20T09:00 a1 application.reopened"

    assert "rejected" not in read_measures([CREATED, undone, REJECTED])


def test_an_undoing_that_has_something_to_undo_stays_where_it_is() -> None:
    """Rejected in April; in May un-rejected and rejected for another reason in one batch."""
    lines = [
        CREATED,
        REJECTED,
        "2026-05-01T09:00 a1 application.reopened",
        "2026-05-01T09:00 a1 application.rejected party=company reason=スキル不足",
    ]
    days = [
        key.day
        for key, tally in read_cells(*lines).items()
        if "rejected" in tally and (key.dimension, key.basis) == ("total", "decision")
    ]

    assert days == [20_574]  # 1 May 2026
