"""Tests of business hours: nights, weekends and holidays do not count as silence."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.tenants.business_hours import COUNTRY_BY_ZONE, business_hours, countries
from schemas.tenants.config import Secret, Tenant

QUARTER = timedelta(minutes=15)
LOCATIONS = st.sampled_from(
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


def quarters(location: tuple[str, str | None], since: datetime, until: datetime) -> int:
    """Count the quarter hours of business time between two instants one by one."""
    hours = business_hours(*location)
    count, at = 0, since
    while at < until:
        local = at.astimezone(hours._zone)
        count += 10 <= local.hour < 18 and hours.is_working_day(local.date())
        at += QUARTER
    return count


@given(location=LOCATIONS, now=MOMENTS)
def test_a_working_day_ago_lie_eight_office_hours(
    location: tuple[str, str | None], now: datetime
) -> None:
    """Exactly eight business hours have passed since the instant, and more since a quarter hour earlier."""
    since = business_hours(*location).working_day_before(now)

    assert quarters(location, since, now) == 32
    assert quarters(location, since - QUARTER, now) == 33


@given(location=LOCATIONS, now=MOMENTS, later=st.timedeltas(timedelta(0), timedelta(days=9)))
def test_what_is_silent_stays_silent(
    location: tuple[str, str | None], now: datetime, later: timedelta
) -> None:
    """The instant never moves back as time passes, so that a silence alert does not flap."""
    assert business_hours(*location).working_day_before(now) <= business_hours(
        *location
    ).working_day_before(now + later)


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
    """Days off follow 内閣府「国民の祝日」 and 銀行法施行令 in Japan, and the federal holidays in the United States."""
    assert business_hours("Asia/Tokyo", country).is_working_day(day) is works


def test_every_country_has_a_calendar() -> None:
    """Every supported country closes for less than the two weeks for which Prometheus remembers a last delivery."""
    now = datetime(2027, 2, 15, 12, tzinfo=UTC)

    assert len(countries()) > 200
    for country in countries():
        assert now - business_hours("UTC", country).working_day_before(now) < timedelta(days=14), (
            country
        )


def tenant(**fields: str) -> Tenant:
    """Build a tenant."""
    key = Secret(env="KEY")
    return Tenant.model_validate(
        {"id": "t", "name": "T", "quarantine_key": key, "person_key": key, **fields}
    )


def test_a_company_has_the_holidays_of_its_country() -> None:
    """A tenant has the holidays of its configured country, by default those of Japan in Japan and none elsewhere."""
    thanksgiving = date(2026, 11, 23)

    assert not tenant().business_hours.is_working_day(thanksgiving)
    assert tenant(timezone="America/New_York").business_hours.is_working_day(thanksgiving)
    assert not tenant(timezone="America/New_York", holidays="US").business_hours.is_working_day(
        date(2026, 11, 26)
    )
    assert set(COUNTRY_BY_ZONE.values()) <= countries()


def test_an_unknown_country_is_rejected() -> None:
    """An unknown country is rejected with a message that says what to write instead."""
    with pytest.raises(ValidationError, match="use an ISO 3166 code such as JP"):
        tenant(holidays="Japan")
