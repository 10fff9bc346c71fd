"""Office hours (営業時間): so that a silence over a night, a weekend or a public holiday is told from one that is worth a look."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

OPENS, CLOSES = time(10), time(18)  # local time
LENGTH = timedelta(hours=8)
BY_ZONE = {"Asia/Tokyo": "JP"}  # whose holidays they are where nobody says


@cache
def countries() -> frozenset[str]:
    """The ISO 3166-1 codes whose public holidays are known (of two letters)."""
    import holidays

    return frozenset(code for code in holidays.list_supported_countries() if len(code) == 2)


class BusinessHours:
    """The office hours of a company: 10 to 18 o'clock, but for weekends and for the public and bank holidays of its country."""

    def __init__(self, timezone: str, country: str | None) -> None:
        """`timezone` is an IANA name, `country` one of `countries()`, or None for one that knows no holidays."""
        self._zone = ZoneInfo(timezone)
        self._holidays = None
        if country is not None:
            import holidays

            known = {"public", "bank"} & {*holidays.country_holidays(country).supported_categories}
            self._holidays = holidays.country_holidays(country, categories=known)

    def works(self, day: date) -> bool:
        """Whether people work on that local day."""
        if self._holidays is None:
            return day.weekday() < 5
        return bool(self._holidays.is_working_day(day))

    def day_ago(self, now: datetime) -> datetime:
        """The first instant since which no more office hours have passed than a working day has, in UTC.

        What was last heard of before it has been silent for longer than that. `now` must have a zone.
        """
        left, day = LENGTH, now.astimezone(self._zone).date()
        while True:
            if self.works(day):
                opens = datetime.combine(day, OPENS, self._zone).astimezone(UTC)
                closes = datetime.combine(day, CLOSES, self._zone).astimezone(UTC)
                until = min(now.astimezone(UTC), closes)
                if until - opens > left:
                    return until - left
                left -= max(until - opens, timedelta(0))
            day -= timedelta(days=1)


@cache
def office(timezone: str, country: str | None) -> BusinessHours:
    """The one office of a zone and a country; the years of its calendar are worked out once."""
    return BusinessHours(timezone, country)
