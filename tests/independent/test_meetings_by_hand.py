"""Interviews, scorecards, offers, joins and times as a recruiter reads them."""

from tests.independent.hand import CREATED, WITH_COLUMNS, about, read_measures

FIRST = '2026-04-03T09:00 a1 application.stage_changed to_stage="s-i1 一次面接"'
SECOND = '2026-04-10T09:00 a1 application.stage_changed to_stage="s-i2 二次面接"'
HELD = (
    "2026-04-08T11:00 a1 interview.completed interview_id=m1 interviewers=u1"
    " start=2026-04-08T10:00 end=2026-04-08T11:00"
)
HIRED = "2026-04-20T09:00 a1 application.hired"


def measures(*lines: str, member: str = "total/all") -> dict[str, int]:
    """What the story counts for a member."""
    return read_measures([CREATED, *lines], member)


def test_a_meeting_belongs_to_the_stay_in_which_it_was_held() -> None:
    """Held in 一次, ticked off after the move to 二次."""
    late = HELD.replace("2026-04-08T11:00 a1", "2026-04-11T11:00 a1")

    assert measures(FIRST, SECOND, late, member="interviewer/u1")["passed.interview_1"] == 1


def test_a_no_show_and_the_interview_held_later_both_count() -> None:
    """Two appointments of one interview, and the move between them."""
    missed = "2026-04-06T11:00 a1 interview.no_show interview_id=m1 start=2026-04-06T10:00"

    assert about(measures(FIRST, missed, HELD), "interviews_") == {
        "interviews_no_show": 1,
        "interviews_rescheduled": 1,
        "interviews_held": 1,
    }


def test_a_no_show_survives_a_change_of_the_calendar() -> None:
    """The calendar cancels the missed meeting and creates another under the same schedule."""
    missed = (
        "2026-04-06T11:00 a1 interview.no_show interview_id=m1 schedule_id=s start=2026-04-06T10:00"
    )
    lines = [
        missed,
        "2026-04-06T12:00 a1 interview.cancelled interview_id=m1 schedule_id=s",
        "2026-04-06T12:00 a1 interview.scheduled interview_id=m2 schedule_id=s start=2026-04-08T10:00",
    ]

    assert about(measures(FIRST, *lines), "interviews_") == {
        "interviews_no_show": 1,
        "interviews_rescheduled": 1,
        "interviews_scheduled": 1,
    }


def test_a_scorecard_is_about_the_appointment_before_it() -> None:
    """Held on the 8th, scored on the 9th, and held again under the same id on the 20th."""
    scored = "2026-04-09T11:00 a1 feedback.submitted feedback_id=f1 interview_id=m1 interviewer_id=u1 decision=1"
    again = HELD.replace("04-08", "04-20")

    assert measures(FIRST, HELD, scored, again, member="interviewer/u1")["scorecard_hours.24"] == 1
    assert "quality.impossible" not in measures(FIRST, HELD, scored, again)


def test_an_acceptance_stands_whatever_comes_after() -> None:
    """Accepted, then declined: one acceptance and one renege; accepted again: no renege."""
    sent = "2026-04-11T09:00 a1 offer.sent offer_id=o1"
    accepted = "2026-04-12T09:00 a1 offer.accepted offer_id=o1"
    declined = "2026-04-13T09:00 a1 offer.declined offer_id=o1"
    again = "2026-04-14T09:00 a1 offer.accepted offer_id=o1"

    assert about(measures(sent, accepted, declined), "offers_") == {
        "offers_made": 1,
        "offers_accepted": 1,
        "offers_reneged": 1,
    }
    assert about(measures(sent, accepted, declined, again), "offers_") == {
        "offers_made": 1,
        "offers_accepted": 1,
    }


def test_an_acceptance_after_the_withdrawal_is_no_renege() -> None:
    """Nothing had been accepted when the candidate withdrew."""
    withdrawn = "2026-04-05T09:00 a1 application.withdrawn party=candidate"
    accepted = "2026-04-24T09:00 a1 offer.accepted offer_id=o1"

    assert "offers_reneged" not in measures(withdrawn, accepted)


def test_an_answer_told_again_keeps_its_day() -> None:
    """The system repeats the decline a week later."""
    lines = [
        "2026-04-11T09:00 a1 offer.sent offer_id=o1",
        "2026-04-12T09:00 a1 offer.declined offer_id=o1",
        "2026-04-19T09:00 a1 offer.declined offer_id=o1",
    ]

    assert about(read_measures([CREATED, *lines], basis="entry"), "days.answer") == {
        "days.answer.declined.1": 1
    }


def test_a_join_falls_with_the_hire() -> None:
    """The start date was known when the candidate withdrew."""
    started = "2026-04-21T09:00 employment.started application_id=a1 start=2026-05-01"
    reneged = "2026-04-25T09:00 a1 application.withdrawn party=candidate"

    assert measures(HIRED, started)["joined"] == 1
    assert "joined" not in measures(HIRED, started, reneged)


def test_a_closing_of_a_duplicate_is_in_no_rate() -> None:
    """重複応募 counts as a duplicate and not as an application to be rated."""
    closed = "2026-04-02T09:00 a1 application.closed party=neither reason=重複応募"

    assert about(measures(closed), "applications", "duplicates") == {
        "applications": 1,
        "duplicates": 1,
    }


def test_what_cannot_be_is_unknown() -> None:
    """Hired before the application: no number of days, and a mark on the quality of the data."""
    early = "2026-03-20T09:00 a1 application.hired"
    counted = measures(early)

    assert about(counted, "hire_days", "quality") == {"quality.impossible": 1}


def test_an_automation_does_not_answer_a_candidate() -> None:
    """A rule moves the card at once, a person after two days."""
    rule = FIRST.replace("04-03T09:00", "04-01T10:00")
    person = SECOND.replace("04-10", "04-03")

    assert about(measures(f"{rule} actor=automation", person), "response_hours") == {
        "response_hours.48": 1
    }


def test_a_card_moved_to_a_column_of_withdrawals_is_no_answer() -> None:
    """The candidate ended it, not the company."""
    column = '2026-04-10T09:00 a1 application.stage_changed to_stage="z-wd 辞退"'
    counted = read_measures([CREATED, column], company=WITH_COLUMNS)

    assert about(counted, "response_hours") == {}


def test_time_to_fill_counts_whole_days_without_the_hold() -> None:
    """Opened in the evening of the 1st, on hold from the 5th to the 9th, hired in the morning of the 20th."""
    lines = [
        "2026-04-01T20:00 job.opened job_id=j-1",
        "2026-04-05T09:00 job.paused job_id=j-1",
        "2026-04-09T09:00 job.opened job_id=j-1",
    ]

    assert about(measures(*lines, HIRED), "fill_days") == {"fill_days.14": 1}
