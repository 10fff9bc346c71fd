"""Office hours: a working day of silence is a working day, whatever nights, weekends and holidays lie in it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.tenants.business_hours import BY_ZONE, countries, office
from schemas.tenants.config import Secret, Tenant

QUARTER = timedelta(minutes=15)
OFFICES = st.sampled_from(
    [
        ("Asia/Tokyo", "JP"),
        ("America/New_York", "US"),
        ("Europe/Berlin", None),
        ("Asia/Dubai", "AE"),
    ]
)
# Whole quarters of an hour, so that counting them measures exactly.
MOMENTS = st.integers(0, 96 * 365 * 12).map(
    lambda n: datetime(2022, 1, 1, tzinfo=UTC) + n * QUARTER
)


def quarters(of: tuple[str, str | None], since: datetime, until: datetime) -> int:
    """The quarters of an hour between two instants in which the office is open, counted one by one."""
    found = office(*of)
    count, at = 0, since
    while at < until:
        local = at.astimezone(found._zone)
        count += 10 <= local.hour < 18 and found.works(local.date())
        at += QUARTER
    return count


@given(of=OFFICES, now=MOMENTS)
def test_a_working_day_ago_lie_eight_office_hours(
    of: tuple[str, str | None], now: datetime
) -> None:
    """Exactly eight, and a quarter of an hour earlier more: it is the first such instant."""
    since = office(*of).day_ago(now)

    assert quarters(of, since, now) == 32
    assert quarters(of, since - QUARTER, now) == 33


@given(of=OFFICES, now=MOMENTS, later=st.timedeltas(timedelta(0), timedelta(days=9)))
def test_what_is_silent_stays_silent(
    of: tuple[str, str | None], now: datetime, later: timedelta
) -> None:
    """Time alone ends no silence, so that an alert about it does not come and go."""
    assert office(*of).day_ago(now) <= office(*of).day_ago(now + later)


@pytest.mark.parametrize(
    ("day", "country", "works"),
    [
        (date(2026, 11, 23), "JP", False),  # 勤労感謝の日
        (date(2026, 11, 23), "US", True),
        (date(2026, 11, 26), "US", False),  # Thanksgiving
        (date(2026, 5, 6), "JP", False),  # 振替休日
        (date(2026, 9, 22), "JP", False),  # 国民の休日
        (date(2026, 12, 31), "JP", False),  # banks are closed until the third
        (date(2027, 1, 4), "JP", True),
        (date(2026, 11, 23), None, True),
        (date(2026, 11, 22), None, False),  # Sunday
    ],
)
def test_days_off_are_those_of_the_country(day: date, country: str | None, works: bool) -> None:
    """内閣府「国民の祝日」 and 銀行法施行令 for Japan, the federal holidays for the United States."""
    assert office("Asia/Tokyo", country).works(day) is works


def test_every_country_can_be_asked() -> None:
    """And closes for less than the two weeks for which Prometheus remembers a last delivery."""
    now = datetime(2027, 2, 15, 12, tzinfo=UTC)

    assert len(countries()) > 200
    for country in countries():
        assert now - office("UTC", country).day_ago(now) < timedelta(days=14), country


def tenant(**more: str) -> Tenant:
    """A company."""
    key = Secret(env="KEY")
    return Tenant.model_validate(
        {"id": "t", "name": "T", "quarantine_key": key, "person_key": key, **more}
    )


def test_a_company_has_the_holidays_of_its_country() -> None:
    """Those it names; else in Japan those of Japan; elsewhere none are guessed."""
    thanksgiving = date(2026, 11, 23)

    assert not tenant().office.works(thanksgiving)
    assert tenant(timezone="America/New_York").office.works(thanksgiving)
    assert not tenant(timezone="America/New_York", holidays="US").office.works(date(2026, 11, 26))
    assert set(BY_ZONE.values()) <= countries()


def test_a_country_that_nobody_knows_is_refused() -> None:
    """With what to write instead."""
    with pytest.raises(ValidationError, match="use a code of ISO 3166 such as JP"):
        tenant(holidays="Japan")
