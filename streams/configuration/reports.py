"""Loads the schedules of reports from their YAML file, with errors that state the fix."""

from pathlib import Path

from schemas.reporting.schedule import (
    FolderDelivery,
    MailDelivery,
    MailServer,
    ReportSchedule,
    ReportsFile,
    WebhookDelivery,
)
from schemas.tenants.config import Secret, Tenancy
from streams.configuration.files import check_tenants, read_yaml

MODELS = (
    FolderDelivery,
    MailDelivery,
    MailServer,
    ReportSchedule,
    ReportsFile,
    Secret,
    WebhookDelivery,
)


def load_reports(path: Path, tenancy: Tenancy) -> ReportsFile:
    """The validated schedules in `path`, whose companies must be configured; none without a file. Raise Misconfigured."""
    if not path.exists():
        return ReportsFile()
    reports = read_yaml(path, ReportsFile, MODELS)
    tenant_by_place = {
        f"schedules.{index}.tenant": schedule.tenant
        for index, schedule in enumerate(reports.schedules)
    }
    tenant_by_place |= {f"recipients.{tenant}": tenant for tenant in reports.recipients}
    check_tenants(path, tenant_by_place, tenancy)
    return reports
