"""Business hours (営業時間), which separate silence over a night, weekend or holiday from silence worth investigating."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

OPENS, CLOSES = time(10), time(18)  # local time
WORKING_DAY = timedelta(hours=8)
COUNTRY_BY_ZONE = {"Asia/Tokyo": "JP"}  # default holiday country by time zone
# Month and day of the first and last of the days on which companies usually close, although they are no public holidays.
CLOSED = {"JP": (((8, 13), (8, 16)), ((12, 29), (12, 31)), ((1, 1), (1, 3)))}  # お盆, 年末年始

IsHoliday = Callable[[date], bool]


def no_holiday(_day: date) -> bool:
    """A calendar without holidays."""
    return False


@cache
def countries() -> frozenset[str]:
    """Return the two-letter ISO 3166-1 codes with a known public holiday calendar."""
    import holidays

    return frozenset(code for code in holidays.list_supported_countries() if len(code) == 2)


class BusinessHours:
    """The business hours of a company: 10:00 to 18:00, except weekends and the public and bank holidays of its country."""

    def __init__(self, timezone: str, country: str | None) -> None:
        """`timezone` is an IANA name; `country` is one of `countries()`, or None for no holidays."""
        self._zone = ZoneInfo(timezone)
        self._holidays = None
        self._closed = CLOSED.get(country or "", ())
        if country is not None:
            import holidays

            categories = {"public", "bank"} & {
                *holidays.country_holidays(country).supported_categories
            }
            self._holidays = holidays.country_holidays(country, categories=categories)

    @property
    def timezone(self) -> str:
        """The IANA name of the company's zone."""
        return self._zone.key

    def is_working_day(self, day: date) -> bool:
        """Whether the local day is a working day."""
        if self._holidays is None:
            return day.weekday() < 5
        return bool(self._holidays.is_working_day(day))

    def is_holiday(self, day: date) -> bool:
        """Whether fewer things happen on the local day than on its weekday: a public holiday, or usually closed."""
        closed = any(first <= (day.month, day.day) <= last for first, last in self._closed)
        return closed or (day.weekday() < 5 and not self.is_working_day(day))

    def working_day_before(self, now: datetime) -> datetime:
        """Return the earliest instant (UTC) from which at most one working day of business hours has passed until `now`.

        A source last seen before it has been silent for more than one working day. `now` must be timezone-aware.
        """
        left, day = WORKING_DAY, now.astimezone(self._zone).date()
        while True:
            if self.is_working_day(day):
                opens = datetime.combine(day, OPENS, self._zone).astimezone(UTC)
                closes = datetime.combine(day, CLOSES, self._zone).astimezone(UTC)
                until = min(now.astimezone(UTC), closes)
                if until - opens > left:
                    return until - left
                left -= max(until - opens, timedelta(0))
            day -= timedelta(days=1)


@cache
def business_hours(timezone: str, country: str | None) -> BusinessHours:
    """Return the cached business hours of a zone and country, so that each calendar year is computed once."""
    return BusinessHours(timezone, country)
