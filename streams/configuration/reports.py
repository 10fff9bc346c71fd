"""Loads the schedules of reports from their YAML file, with errors that state the fix."""

from base64 import b64encode
from pathlib import Path

from schemas.reporting.model import Brand
from schemas.reporting.schedule import (
    BrandFile,
    FolderDelivery,
    MailDelivery,
    MailServer,
    ReportSchedule,
    ReportsFile,
    WebhookDelivery,
)
from schemas.tenants.config import Secret, Tenancy
from streams.configuration.files import Misconfigured, check_tenants, read_yaml

PNG, MOST_LOGO_BYTES = b"\x89PNG", 500_000
PPTX, MOST_TEMPLATE_BYTES = b"PK", 50_000_000
MODELS = (
    BrandFile,
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
    tenant_by_place |= {f"brands.{tenant}": tenant for tenant in reports.brands}
    check_tenants(path, tenant_by_place, tenancy)
    for tenant in reports.brands:
        brand_of(reports, path, tenant)
        template_of(reports, path, tenant)
    return reports


def brand_of(reports: ReportsFile, path: Path, tenant: str) -> Brand:
    """The look of a company's reports, with its logo read from beside the file at `path`; raise Misconfigured."""
    brand = reports.brands.get(tenant, BrandFile())
    if not brand.logo:
        return Brand(colour=brand.colour)
    content = _read(path, f"brands.{tenant}.logo", brand.logo)
    if not content.startswith(PNG) or len(content) > MOST_LOGO_BYTES:
        msg = f"{path}: brands.{tenant}.logo: {brand.logo} is no PNG of at most {MOST_LOGO_BYTES:,} bytes"
        raise Misconfigured(msg)
    encoded = b64encode(content).decode()
    return Brand(colour=brand.colour, logo=f"data:image/png;base64,{encoded}")


def template_of(reports: ReportsFile, path: Path, tenant: str) -> bytes | None:
    """A company's template for decks, beside the file at `path`; None without one. Raise Misconfigured."""
    name = reports.brands.get(tenant, BrandFile()).template
    if not name:
        return None
    content = _read(path, f"brands.{tenant}.template", name)
    if not content.startswith(PPTX) or len(content) > MOST_TEMPLATE_BYTES:
        msg = f"{path}: brands.{tenant}.template: {name} is no PPTX of at most {MOST_TEMPLATE_BYTES:,} bytes"
        raise Misconfigured(msg)
    return content


def _read(path: Path, place: str, name: str) -> bytes:
    beside = path.parent / name
    try:
        return beside.read_bytes()
    except OSError as error:
        msg = f"{path}: {place}: {beside} cannot be read: {error.strerror}"
        raise Misconfigured(msg) from error
