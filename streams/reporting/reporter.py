"""Makes and delivers the reports that are due: one look does all that is left, whatever interrupted the one before."""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from clickhouse_connect.driver.exceptions import ClickHouseError

from schemas.errors import Malformed, Unavailable
from schemas.planning.targets import Targets
from schemas.reporting.difference import changes, with_changes
from schemas.reporting.due import DueReport, ReportCalendar
from schemas.reporting.model import Brand, Report
from schemas.reporting.schedule import ReportSchedule, ReportsFile
from schemas.tenants.config import Tenancy, Tenant
from schemas.text.languages import Language
from streams.reporting.deliveries import Deliverer
from streams.reporting.files import file_name, render
from streams.reporting.issues import IssueStore
from streams.reporting.request import ReportRequest

log = logging.getLogger(__name__)
Clock = Callable[[], datetime]
Filler = Callable[[ReportRequest], Report]


@dataclass(frozen=True, kw_only=True)
class ReporterFiles:
    """The configuration of one look."""

    tenancy: Tenancy
    targets: Targets
    reports: ReportsFile
    deliverer: Deliverer
    brands: Mapping[str, Brand] = field(default_factory=dict)
    templates: Mapping[str, bytes] = field(default_factory=dict)

    def tenant(self, schedule: ReportSchedule) -> Tenant:
        """Return the schedule's company, which the loader has checked."""
        return next(tenant for tenant in self.tenancy.tenants if tenant.id == schedule.tenant)

    def calendar(self, schedule: ReportSchedule) -> ReportCalendar:
        """Return the company's business days and fiscal year."""
        starts = self.targets.fiscal_year_starts_of
        return ReportCalendar(
            hours=self.tenant(schedule).business_hours,
            fiscal_year_starts=starts.get(schedule.tenant, self.targets.fiscal_year_starts),
        )


@dataclass(frozen=True, kw_only=True)
class ReporterOutcome:
    """What a look has done: versions made, what failed, and since when the oldest report is overdue."""

    issued: int = 0
    problems: tuple[str, ...] = ()
    overdue_since: datetime | None = None


class Reporter:
    """Looks at one schedule at a time; `root` is its directory, `fill` reads the numbers of a report."""

    def __init__(self, fill: Filler, root: Path, board: str, clock: Clock) -> None:
        """`board` is the address that numbers link to, or empty."""
        self._fill_request, self._root, self._board, self._clock = fill, root, board, clock

    def look(self, files: ReporterFiles, schedule: ReportSchedule) -> ReporterOutcome:
        """Make what is due, then deliver what is not delivered; a failure leaves the rest for the next look."""
        now, store = self._clock(), IssueStore(self._root, schedule)
        issued, problems, overdue = 0, list[str](), list[datetime]()
        for due in files.calendar(schedule).due(schedule, store.since(now), now):
            failures: list[str] = []
            try:
                issued += self._issue(files, schedule, store, due)
                versions = store.versions(due.period)
                for number in range(1, len(versions) + 1):
                    failures += files.deliverer.deliver(schedule, versions[:number], self._clock)
            except (Malformed, Unavailable, ClickHouseError, OSError) as error:
                failures.append(f"{type(error).__name__}: {error}"[:300])
            problems += [
                f"{schedule.tenant}/{schedule.id} {due.period} {text}" for text in failures
            ]
            overdue += [due.at] if failures else []
        return ReporterOutcome(
            issued=issued, problems=tuple(problems), overdue_since=min(overdue, default=None)
        )

    def _issue(
        self, files: ReporterFiles, schedule: ReportSchedule, store: IssueStore, due: DueReport
    ) -> int:
        """Make the first version, or the next one if the numbers have changed; return how many were made."""
        versions, now = store.versions(due.period), self._clock()
        if not versions:
            self._add(files, schedule, store, due.period)
            return 1
        local = now.astimezone(ZoneInfo(schedule.zone or files.tenant(schedule).timezone))
        first = versions[0].at
        if now > first + timedelta(days=schedule.reissue_days):
            return 0
        if local.date() <= first.astimezone(local.tzinfo).date():
            return 0
        if store.is_checked(due.period, local.date()):
            return 0
        before = versions[-1].report(schedule.languages[0])
        after = self._fill(files, schedule, due.period, schedule.languages[0])
        changed = any(change.of_the_period for change in changes(before, after))
        if changed:
            self._add(files, schedule, store, due.period)
        store.set_checked(due.period, local.date())
        return int(changed)

    def _add(
        self, files: ReporterFiles, schedule: ReportSchedule, store: IssueStore, period: str
    ) -> None:
        versions = store.versions(period)
        number = len(versions) + 1
        content: dict[str, bytes] = {}
        names: list[str] = []
        for language in schedule.languages:
            report = self._fill(files, schedule, period, language)
            if versions:
                report = with_changes(versions[-1].report(language), report)
            content[f"numbers-{language}.json"] = render(report, "json")
            for form in schedule.formats:
                names.append(file_name(report, form, number))
                content[names[-1]] = render(report, form, files.templates.get(schedule.tenant))
        facts = {"at": self._clock().isoformat(), "version": number, "files": names}
        store.add(period, number, content, json.dumps(facts))
        log.info(
            "report issued",
            extra={
                "tenant": schedule.tenant,
                "schedule": schedule.id,
                "period": period,
                "version": number,
            },
        )

    def _fill(
        self, files: ReporterFiles, schedule: ReportSchedule, period: str, language: Language
    ) -> Report:
        request = ReportRequest(
            tenant=files.tenant(schedule),
            period=period,
            days=files.targets.period(schedule.tenant, period),
            language=language,
            now=self._clock(),
            board=self._board,
            brand=files.brands.get(schedule.tenant, Brand()),
        )
        return self._fill_request(request)
