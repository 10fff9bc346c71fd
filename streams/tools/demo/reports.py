"""The reports with which the demo ends: deck and PDF of the last whole month, in every language."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from schemas.instants import local_today
from schemas.planning.periods import period_before
from schemas.text.languages import LANGUAGES
from streams.configuration.files import load_tenancy
from streams.configuration.settings import Settings
from streams.configuration.targets import load_targets, require_tenant
from streams.reporting.files import write_report
from streams.reporting.read import fill_report
from streams.reporting.read_once import ReadOnce
from streams.reporting.request import ReportRequest

FORMATS = ("pptx", "pdf")


def write_demo_reports(
    client: Any, settings: Settings, tenant: str, directory: Path, now: datetime
) -> Iterator[Path]:
    """Write the files into the directory and yield each path; raise Unavailable without the extra `report`."""
    tenancy, read_once = load_tenancy(settings.config), ReadOnce(client)
    company = require_tenant(tenancy, tenant)
    targets = load_targets(settings.targets, tenancy)
    period = period_before("month", local_today(now, company.timezone))
    for language in LANGUAGES:
        request = ReportRequest(
            tenant=company,
            period=period,
            days=targets.period(tenant, period),
            language=language,
            now=now,
            board=settings.board_url,
        )
        yield from write_report(fill_report(read_once, request), directory, FORMATS)
