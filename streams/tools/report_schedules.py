"""Lists the schedules of reports: what is due next, and what has been made and delivered."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from schemas.reporting.schedule import ReportSchedule
from streams.configuration.settings import Settings
from streams.reporting.issues import IssueStore
from streams.reporting.reporter import ReporterFiles
from streams.reporting.role import load_files
from streams.tools.tables import TableColumn, TextTable

COLUMNS = ("tenant", "schedule", "next", "about", "last", "made", "undelivered")


def schedule_table(settings: Settings, environ: Mapping[str, str], now: datetime) -> TextTable:
    """Return a row per schedule; raise Misconfigured for a file or secret that the reporter would refuse."""
    files = load_files(settings, environ)
    rows = [_row(settings, files, schedule, now) for schedule in files.reports.schedules]
    return TextTable(
        columns=[TableColumn(title=name) for name in COLUMNS],
        rows=rows,
        notes=[] if rows else [f"no schedules in {settings.reports}"],
    )


def _row(
    settings: Settings, files: ReporterFiles, schedule: ReportSchedule, now: datetime
) -> list[str]:
    store = IssueStore(settings.reporter_dir, schedule)
    zone = ZoneInfo(schedule.zone or files.tenant(schedule).timezone)
    due = files.calendar(schedule).next_due(schedule, now)
    versions = [version for period in store.periods() for version in store.versions(period)]
    last = max(versions, key=lambda version: version.at, default=None)
    undelivered = [
        f"{version.period} v{version.version} {number}-{delivery.kind}"
        for version in versions
        for number, delivery in enumerate(schedule.deliver, start=1)
        if not version.is_delivered(f"{number}-{delivery.kind}")
    ]
    return [
        schedule.tenant,
        schedule.id,
        f"{due.at.astimezone(zone):%Y-%m-%d %H:%M}",
        due.period,
        f"{last.period} v{last.version}" if last else "",
        f"{last.at.astimezone(zone):%Y-%m-%d %H:%M}" if last else "",
        ", ".join(undelivered),
    ]
