"""The reporter role: looks at the schedules until it is stopped."""

import asyncio
import logging
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial

from schemas.errors import Unavailable
from schemas.planning.targets import Targets
from schemas.tenants.config import Tenancy
from sinks.clickhouse.client import connect
from sinks.metrics import ReporterMetrics
from streams.configuration.files import Misconfigured, load_tenancy, modification_times
from streams.configuration.reports import brand_of, load_reports, template_of
from streams.configuration.settings import Settings
from streams.configuration.targets import load_targets
from streams.health_server import run_with_health_server
from streams.reporting.deliveries import Deliverer
from streams.reporting.read import fill_report
from streams.reporting.read_once import ReadOnce
from streams.reporting.reporter import Reporter, ReporterFiles

log = logging.getLogger(__name__)

POLL_S = 15.0
RETRY_S = 60.0  # after a failure
STARTING_S = 1.0  # while ClickHouse has not answered once, as when a whole stack starts


def serve(settings: Settings) -> None:
    """Make and deliver reports until SIGTERM (exit 0) or a failure (exit 1, to be restarted)."""
    metrics = ReporterMetrics()
    work = _look_forever(settings, os.environ, metrics)
    address = (settings.alerting_host, settings.reporter_port)
    asyncio.run(run_with_health_server(work, metrics.registry, metrics.is_ready, address=address))


def load_files(settings: Settings, environ: Mapping[str, str]) -> ReporterFiles:
    """Load schedules and what they refer to; raise Misconfigured."""
    tenancy = load_tenancy(settings.config)
    reports = load_reports(settings.reports, tenancy)
    return ReporterFiles(
        tenancy=tenancy,
        targets=_targets(settings, tenancy),
        reports=reports,
        deliverer=Deliverer(reports, environ, settings.reports.parent),
        brands={tenant: brand_of(reports, settings.reports, tenant) for tenant in reports.brands},
        templates={
            tenant: template
            for tenant in reports.brands
            if (template := template_of(reports, settings.reports, tenant)) is not None
        },
    )


def _targets(settings: Settings, tenancy: Tenancy) -> Targets:
    """The targets, none if there is no file: a company may have schedules and no plan."""
    if not settings.targets.exists():
        return Targets(targets=())
    return load_targets(settings.targets, tenancy)


async def _look_forever(
    settings: Settings, environ: Mapping[str, str], metrics: ReporterMetrics
) -> None:
    files = load_files(settings, environ)
    paths = (settings.config, settings.targets, settings.reports)
    mtimes = modification_times(*paths)
    while True:
        if mtimes != (mtimes := modification_times(*paths)):
            try:
                files = load_files(settings, environ)
            except (Misconfigured, OSError) as problem:
                log.warning("schedules not loaded", extra={"reason": str(problem)[:500]})
                metrics.configuration_stale.set(1)
            else:
                metrics.configuration_stale.set(0)
        failed = await asyncio.to_thread(look_at_all, settings, files, metrics)
        again = RETRY_S if failed else POLL_S
        await asyncio.sleep(again if metrics.is_ready() else STARTING_S)


def look_at_all(settings: Settings, files: ReporterFiles, metrics: ReporterMetrics) -> bool:
    """Look at every schedule once; return whether anything failed, which the next look tries again."""
    if not files.reports.schedules:
        metrics.show_look(())
        return False
    try:
        client = connect(settings.clickhouse_access)
    except Unavailable as error:
        log.warning("no numbers for reports", extra={"reason": str(error)[:300]})
        return True
    reporter = Reporter(
        partial(fill_report, ReadOnce(client)),
        settings.reporter_dir,
        settings.board_url,
        lambda: datetime.now(UTC),
    )
    outcomes = [reporter.look(files, schedule) for schedule in files.reports.schedules]
    client.close()
    for outcome in outcomes:
        metrics.issued.inc(outcome.issued)
        for problem in outcome.problems:
            metrics.failures.inc()
            log.warning("report not delivered", extra={"reason": problem})
    now = datetime.now(UTC)
    metrics.show_look(
        (now - outcome.overdue_since).total_seconds()
        for outcome in outcomes
        if outcome.overdue_since
    )
    return any(outcome.problems for outcome in outcomes)
