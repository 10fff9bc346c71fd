"""When reports are due: the times of a schedule, moved to business days, and the period that each is about."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim

from schemas.planning.periods import parse_period, period_before
from schemas.reporting.schedule import ReportSchedule
from schemas.tenants.business_hours import BusinessHours

LONGEST_SHIFT = timedelta(days=21)  # longer than any row of holidays
DAY = timedelta(days=1)
TEN_YEARS = timedelta(days=3660)


@dataclass(frozen=True, kw_only=True)
class DueReport:
    """The report of one period, due at an instant (UTC)."""

    period: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ReportCalendar:
    """The business days of a company and the month in which its fiscal year starts."""

    hours: BusinessHours
    fiscal_year_starts: int

    def due(self, schedule: ReportSchedule, since: datetime, now: datetime) -> list[DueReport]:
        """Return the reports due after `since` and not after `now`, each period once, in order of time.

        They depend on nothing else: a restart, downtime or a clock that goes back yields the same ones.
        """
        reports = (
            report for report in self._around(schedule, since, now) if since < report.at <= now
        )
        first: dict[str, DueReport] = {}
        for report in sorted(reports, key=lambda report: report.at):
            first.setdefault(report.period, report)
        return list(first.values())

    def next_due(self, schedule: ReportSchedule, now: datetime) -> DueReport:
        """Return the next report due after `now`."""
        times = self._around(schedule, now, now + TEN_YEARS)
        return next(report for report in times if report.at > now)

    def _around(
        self, schedule: ReportSchedule, since: datetime, now: datetime
    ) -> Iterator[DueReport]:
        zone = ZoneInfo(schedule.zone or self.hours.timezone)
        for time in CronSim(schedule.cron, (since - LONGEST_SHIFT).astimezone(zone)):
            if time > now + LONGEST_SHIFT:
                return
            period = period_before(schedule.period, time.date(), self.fiscal_year_starts)
            ended = parse_period(period, self.fiscal_year_starts).last
            day = self._business_day(schedule, time.date(), ended)
            at = datetime.combine(day, time.timetz().replace(tzinfo=None), zone)
            yield DueReport(period=period, at=at.astimezone(UTC))

    def _business_day(self, schedule: ReportSchedule, day: date, ended: date) -> date:
        if schedule.business_day == "any" or self.hours.is_working_day(day):
            return day
        if schedule.business_day == "previous":
            earlier = self._working_day(day, -DAY)
            if earlier > ended:
                return earlier
        return self._working_day(day, DAY)

    def _working_day(self, day: date, step: timedelta) -> date:
        while not self.hours.is_working_day(day):
            day += step
        return day
