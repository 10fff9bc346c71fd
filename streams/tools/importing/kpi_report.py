"""Say how the KPIs of the company change with an import."""

from datetime import datetime
from typing import Any

from schemas.funnel.rules import TenantRules
from schemas.instants import local_today
from schemas.tenants.config import Connection, Tenant
from schemas.tenants.mapping_snapshot import snapshot_mapping
from schemas.text.languages import translate
from schemas.text.units import format_difference, format_value
from streams.configuration.files import load_tenancy
from streams.configuration.settings import Settings
from streams.tools.importing import report_words as words
from streams.tools.importing.arrival import StoredFacts
from streams.tools.importing.kpi_changes import (
    MAX_FOLDED,
    ImportingCompany,
    KpiChanges,
    KpiLine,
    current_sums,
    earlier_events,
)
from streams.tools.importing.report_printer import ReportPrinter
from streams.tools.tables import TextTable


def open_kpi_changes(
    settings: Settings,
    tenant: Tenant,
    connection: Connection,
    stored: StoredFacts,
    now: datetime,
) -> KpiChanges:
    """The changes of the company that the connection belongs to, none yet."""
    company = ImportingCompany(
        tenant=tenant.id,
        connection=connection.id,
        rules=TenantRules(snapshot_mapping(load_tenancy(settings.config))).for_tenant(tenant.id),
        today=local_today(now, tenant.timezone),
        currency=tenant.currency,
    )
    earlier = earlier_events(stored.client, tenant.id, connection.id_prefix)
    return KpiChanges(company=company, earlier=earlier)


def render_kpis(kpis: KpiChanges, client: Any, printer: ReportPrinter) -> None:
    """Print how the KPIs of the company change, or why that is not computed."""
    if not kpis.is_complete:
        printer.say(words.TOO_MANY, n=MAX_FOLDED)
        return
    lines = kpis.lines(current_sums(client, kpis.company))
    if not lines:
        printer.say(words.NO_CHANGE)
        return
    rows = [_kpi_row(line, kpis.company.currency, printer.language) for line in lines]
    is_alone = lines[0].before is None
    table = TextTable(
        title=printer.word(words.KPIS),
        columns=printer.columns(words.KPI_COLUMNS),
        rows=rows,
        notes=(printer.word(words.ALONE),) if is_alone else (),
    )
    printer.table(table)


def _kpi_row(line: KpiLine, currency: str, language: str) -> tuple[str, ...]:
    kpi, before, after = line.kpi, line.before, line.after
    name = translate((kpi.ja, kpi.en), language)
    value = format_value(after.value, kpi.unit, language, currency)
    if before is None:
        return name, "", value, ""
    has_both = before.value is not None and after.value is not None
    change = (after.value or 0) - (before.value or 0) if has_both else None
    return (
        name,
        format_value(before.value, kpi.unit, language, currency),
        value,
        format_difference(change, kpi.unit, language, currency),
    )
