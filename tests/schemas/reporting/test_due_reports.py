"""Schedules of reports: each whole period is due once, on a business day, whatever the clock does."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.planning.periods import PeriodKind, parse_period, period_before
from schemas.reporting.due import ReportCalendar
from schemas.reporting.schedule import ReportSchedule, ReportsFile
from schemas.tenants.business_hours import business_hours

TOKYO = ReportCalendar(hours=business_hours("Asia/Tokyo", "JP"), fiscal_year_starts=4)
START = datetime(2026, 1, 1, tzinfo=UTC)
YEAR, JAPAN = timedelta(days=366), timedelta(hours=9)
KINDS: tuple[PeriodKind, ...] = ("week", "month", "quarter", "fiscal_year")


def schedule(**changes: Any) -> dict[str, Any]:
    """Return a monthly schedule as the file has it."""
    return {
        "id": "board",
        "tenant": "acme",
        "period": "month",
        "cron": "0 9 1 * *",
        "languages": ["ja"],
        "formats": ["csv"],
        "deliver": [{"kind": "folder", "path": "reports"}],
        **changes,
    }


def parse(**changes: Any) -> ReportSchedule:
    """Return the schedule as a model."""
    return ReportSchedule.model_validate_json(json.dumps(schedule(**changes)))


@given(st.sampled_from(KINDS), st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(1, 12))
def test_the_period_before_a_day_has_just_ended(kind: PeriodKind, day: date, starts: int) -> None:
    """It ends before the day, and no later period of its kind does."""
    text = period_before(kind, day, starts)
    period = parse_period(text, starts)

    assert period.last < day
    assert period_before(kind, period.last + timedelta(days=1), starts) == text
    assert (day - period.last).days <= period.length + 3


@pytest.mark.parametrize(
    ("business_day", "expected"),
    [
        ("any", ["05-01 09:00", "06-01 09:00", "07-01 09:00", "08-01 09:00"]),
        # 1 August 2026 is a Saturday; the day before is in July, whose report would lack a day.
        ("next", ["05-01 09:00", "06-01 09:00", "07-01 09:00", "08-03 09:00"]),
        ("previous", ["05-01 09:00", "06-01 09:00", "07-01 09:00", "08-03 09:00"]),
    ],
)
def test_a_weekend_moves_the_report(business_day: str, expected: list[str]) -> None:
    """To the next business day, or to the previous one if the period has ended by then."""
    since, until = datetime(2026, 4, 15, tzinfo=UTC), datetime(2026, 8, 15, tzinfo=UTC)
    due = TOKYO.due(parse(business_day=business_day), since, until)

    assert [f"{report.at + JAPAN:%m-%d %H:%M}" for report in due] == expected
    assert [report.period for report in due] == ["2026-04", "2026-05", "2026-06", "2026-07"]


def test_a_holiday_moves_the_report_back() -> None:
    """Golden Week: what falls on 5 May is made on 1 May, a Friday."""
    (due,) = TOKYO.due(
        parse(cron="0 9 5 5 *", business_day="previous"),
        datetime(2026, 4, 20, tzinfo=UTC),
        datetime(2026, 5, 2, tzinfo=UTC),
    )

    assert (due.period, due.at) == ("2026-04", datetime(2026, 5, 1, 0, 0, tzinfo=UTC))


def test_local_times_survive_summer_time() -> None:
    """9:00 in New York is 14:00 UTC in winter and 13:00 in summer."""
    due = TOKYO.due(parse(zone="America/New_York"), START, START + YEAR)

    assert {report.at.hour for report in due} == {13, 14}


@given(
    st.sampled_from(("0 9 1 * *", "30 7 * * 1", "0 18 25 * *", "15 2 * * *")),
    st.sampled_from(("any", "next", "previous")),
    st.lists(st.integers(0, 90 * 24), min_size=1, max_size=3),
)
def test_any_moments_of_looking_see_the_same_reports(
    cron: str, business_day: str, hours: list[int]
) -> None:
    """Looks at any times, also back and forth, together see what one look at the end sees: each period once."""
    monthly = parse(cron=cron, business_day=business_day)
    moments = [START + timedelta(hours=hour) for hour in hours]
    seen = {
        (report.period, report.at)
        for moment in moments
        for report in TOKYO.due(monthly, START, moment)
    }
    final = TOKYO.due(monthly, START, max(moments))

    assert seen == {(report.period, report.at) for report in final}
    assert len({report.period for report in final}) == len(final)
    assert all(parse_period(report.period).last < (report.at + JAPAN).date() for report in final)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"cron": "0 9 1 *"}, "no cron expression"),
        ({"cron": "0 25 1 * *"}, "no cron expression"),
        ({"cron": "*/5 * * * *"}, "at most once a day"),
        ({"zone": "Asia/Tokio"}, "no such time zone"),
        ({"deliver": [{"kind": "mail", "to": ["executives"]}]}, "add the server under `mail`"),
        ({"deliver": [{"kind": "pigeon"}]}, "pigeon"),
    ],
)
def test_a_schedule_that_cannot_be_kept_is_refused(changes: dict[str, Any], message: str) -> None:
    """The error says what to write instead."""
    text = json.dumps({"schedules": [schedule(**changes)]})
    with pytest.raises(ValidationError, match=message):
        ReportsFile.model_validate_json(text)


def test_a_role_without_an_address_is_refused() -> None:
    """Nobody would get the mail."""
    mail = {"host": "smtp.example.com", "sender": "hirelay@example.com"}
    mailed = schedule(deliver=[{"kind": "mail", "to": ["executives"]}])
    text = json.dumps({"mail": mail, "schedules": [mailed]})
    with pytest.raises(ValidationError, match="no addresses of executives in"):
        ReportsFile.model_validate_json(text)
